import { type CredentialRecord, promotedAt } from "./credential-record.ts";
import type { Instant, SecretAge } from "./history.ts";

/**
 * One rotation leaves several dates within minutes: the vault's version, the change at Auth0, our own record. Within
 * this time they count as one event, and the most certain source names it. Milliseconds.
 */
const SAME_EVENT = 600_000;

/**
 * How old a client's secret is.
 *
 * Of the dates that say when it was set the newest counts: a rotation by hand after ours makes the secret newer,
 * whatever our record says. Of those that are of one event the most certain source is named. Without any date it is
 * known only since when nobody changed it.
 *
 * @param logSince from when on the tenant's log was read without a gap; undefined when it never was. An older rotation
 * may have been followed by one that nobody saw, and so may the first sight of the client.
 */
export function secretAge(record: CredentialRecord, logSince: Instant | undefined, now: Instant): SecretAge {
  const watchedSince = logSince ?? now;
  const dated = datesOf(record, watchedSince);
  const newest = Math.max(...dated.map(({ since }) => since));
  const named = dated.find(({ since }) => since >= newest - SAME_EVENT);
  if (named) return { ...named, isAtLeast: false };
  const { first, notBefore } = record.seen;
  // Created between two audits: when exactly nobody knows, so it counts from the one that did not see it yet.
  if (notBefore !== undefined && notBefore >= watchedSince) {
    return { since: notBefore, source: "first-seen", isAtLeast: false };
  }
  // Nobody changed it since the client is known, or since the log is read without a gap, whichever is later.
  const source = first >= watchedSince ? "first-seen" : "tenant-log";
  return { since: Math.max(first, watchedSince), source, isAtLeast: true };
}

/** The dates at which the secret was set, the most certain source first. */
function datesOf(record: CredentialRecord, watchedSince: Instant): Omit<SecretAge, "isAtLeast">[] {
  const { rotatedAt, vaultVersion, rotationInLog } = record;
  return [
    ...(rotatedAt === undefined || isReplaced(record) ? [] : [{ since: rotatedAt, source: "rotation" as const }]),
    ...(vaultVersion === undefined || isFormer(record)
      ? []
      : [{ since: vaultVersion.at, source: "vault-version" as const }]),
    ...(rotationInLog === undefined || rotationInLog < watchedSince || isOfStored(record, rotationInLog)
      ? []
      : [{ since: rotationInLog, source: "tenant-log" as const }]),
  ];
}

/** Whether the vault was read since Curfew promoted, and holds another version as current: people went back, or stored one. */
const isReplaced = (record: CredentialRecord): boolean =>
  isOther(record) && readAt(record.vaultVersion) > (promotedAt(record) ?? 0);

/** Whether the vault was read before Curfew promoted another version than was current then. */
const isFormer = (record: CredentialRecord): boolean =>
  isOther(record) && !isReplaced(record) && (record.vaultVersion?.at ?? 0) < (promotedAt(record) ?? 0);

const isOther = ({ rotatedTo, vaultVersion }: CredentialRecord): boolean =>
  rotatedTo !== undefined && vaultVersion !== undefined && vaultVersion.id !== rotatedTo;

/**
 * Whether the change that the log tells of set what the vault holds, and so is as old as that: Auth0 was seen to accept
 * it long enough afterwards. People set a former secret again, and scripts the same one every day.
 */
const isOfStored = ({ probe, vaultVersion }: CredentialRecord, changedAt: Instant): boolean =>
  probe?.answer === "accepted" && probe.at > changedAt + SAME_EVENT && readAt(vaultVersion) > changedAt;

/** Not before then the vault was read: the start of the run. */
export const readAt = (version: CredentialRecord["vaultVersion"]): Instant =>
  version === undefined ? 0 : Date.parse(version.run.slice(0, version.run.indexOf("#")));
