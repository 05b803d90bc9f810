import { moment } from "../../alerts/change-alert.ts";
import { counted, firstLines, harmless } from "../../alerts/harmless-text.ts";
import type { DigestPart } from "../../alerts/news.ts";
import type { Instant } from "../../history/history.ts";
import { formatDuration } from "../../model/duration.ts";
import type { Severity } from "../../model/severity.ts";
import { blockOf } from "../credentials/blocked.ts";
import { clientText, optionsFor } from "../credentials/credential-text.ts";
import type { KnownCredential } from "../credentials/known-credentials.ts";
import { failing } from "../ledger/failing.ts";
import { isStillAccepted, overdueSince } from "../ledger/overdue.ts";
import { type Aftercare, concernsPeople, isOpen } from "../ledger/rotation-record.ts";
import { earlySince } from "../ledger/under-way.ts";
import { announced, isAutomatic, isDue } from "../schedule/due.ts";
import type { TenantRotation } from "./alert-parts.ts";
import { leftUnfinishedSince } from "./left-unfinished-alert.ts";
import { REFUSAL_ADVICE } from "./refusal-advice.ts";

/** Lines of each kind. */
const MOST_ITEMS = 60;

/** Credentials, or tenants, that steps name. */
const MOST_STEPS = 5;

/** What is known of all credentials, also of those that are not configured any more. */
export interface RotationState {
  credentials: readonly KnownCredential[];
  rotations: readonly TenantRotation[];
  now: Instant;
}

/**
 * What the digest says of rotation: what was rotated and proven since the last one, and how things stand.
 *
 * @param since until when the last digest told
 */
export function rotationDigest({ credentials, rotations, now }: RotationState, since: Instant): DigestPart {
  const rotated = rotations.filter(({ record }) => (record.promoted?.at ?? 0) > since);
  const proven = rotations.filter(({ record }) => (record.lastProof?.provenAt ?? 0) > since);
  const held = rotations.filter(({ record }) => record.held);
  const left = rotations.filter((one) => leftUnfinishedSince(one, now) !== undefined);
  const early = rotations.filter(({ record }) => earlySince(record) !== undefined);
  const failed = rotations.filter(({ record, isTended }) => isTended && !record.held && failing(record));
  const blocked = credentials.filter((one) => blockOf(one) !== undefined);
  const due = credentials.filter((one) => isAutomatic(one) && isDue(one, now) && !one.rotation?.held && !blockOf(one));
  const cares = rotations.flatMap(({ tenant, record, isTended }) =>
    record.aftercare.filter(concernsPeople).map((care) => {
      return { tenant, clientId: record.clientId, care, since: overdueSince(care, now, isTended) };
    }),
  );
  const overdue = cares.filter(({ since }) => since !== undefined);
  const soon = announced(credentials, now);
  const automatic = credentials.filter(isAutomatic).length;
  const wrong = held.length + overdue.length + left.length + early.length + failed.length;
  return {
    headline: [
      [held.length, "held"],
      [overdue.length, "not dead"],
      [left.length, "left unfinished"],
      [early.length, "current too early"],
      [failed.length, "not rotated"],
      [blocked.length, "cannot be rotated"],
      [due.length, "still due"],
      [rotated.length, "rotated"],
      [proven.length, "proven"],
    ],
    severity: severityOf(wrong, blocked.length + due.length),
    facts:
      automatic + blocked.length + rotations.length === 0
        ? []
        : [
            {
              label: "Rotated",
              value: `${counted(rotated.length, "credential")}; ${counted(proven.length, "old one")} proven dead`,
            },
            { label: "Due", value: `${due.length} now, ${soon.length} within a week, of ${automatic} automatic` },
            {
              label: "Aftercare",
              value: `${cares.filter(({ care }) => isOpen(care)).length} open, ${overdue.length} overdue`,
            },
          ],
    steps: [...(wrong > 0 ? ["How rotations stand: npx curfew rotate status"] : []), ...blockedSteps(blocked)],
    items: [
      ...part(held.map(heldLine)),
      ...part(overdue.map(careLine)),
      ...part(left.map(leftLine)),
      ...part(early.map(earlyLine)),
      ...part(failed.map(failedLine)),
      ...part(blocked.map(blockedLine)),
      ...part(due.map((one) => dueLine(one, now))),
      ...part(rotated.map(rotatedLine)),
      ...part(proven.map(provenLine)),
      ...part(cares.filter((one) => !overdue.includes(one)).map(careLine)),
    ],
  };
}

const part = (lines: readonly string[]): string[] => firstLines(lines.toSorted(), MOST_ITEMS);

const severityOf = (wrong: number, due: number): Severity => (wrong > 0 ? "medium" : due > 0 ? "low" : "info");

function heldLine({ tenant, record: { clientId, held } }: TenantRotation): string {
  const why = held?.refusal ? REFUSAL_ADVICE[held.refusal].meaning : harmless(held?.message ?? "", 200);
  return `held  ${tenant}: ${clientText(clientId)}: ${why}`;
}

const leftLine = ({ tenant, record }: TenantRotation): string =>
  `left unfinished  ${tenant}: ${clientText(record.clientId)}: Auth0 may know the new one, and nobody has finished it`;

const earlyLine = ({ tenant, record }: TenantRotation): string =>
  `current too early  ${tenant}: ${clientText(record.clientId)}: AWSCURRENT was moved before Auth0 was told of the new one`;

function failedLine({ tenant, record }: TenantRotation): string {
  return `not rotated  ${tenant}: ${clientText(record.clientId)}: ${harmless(failing(record)?.message ?? "", 200)}`;
}

function blockedLine(credential: KnownCredential): string {
  const { tenant, clientId, secret } = credential;
  const why =
    blockOf(credential) === "no-rotator"
      ? "the tenant has no rotator"
      : `the secret ${harmless(secret, 200)} does not exist, or holds no value`;
  return `cannot be rotated  ${tenant}: ${clientText(clientId)}: ${why}`;
}

/** What a person can do about what no run can rotate: without that, its count never shrinks. */
function blockedSteps(blocked: readonly KnownCredential[]): string[] {
  const by = Map.groupBy(blocked, blockOf);
  const tenants = [...new Set(by.get("no-rotator")?.map(({ tenant }) => tenant))].sort();
  const named = firstLines(tenants, MOST_STEPS).join(", ");
  const missing = by.get("no-secret")?.slice(0, MOST_STEPS) ?? [];
  return [
    ...(tenants.length > 0 ? [`Give a rotator in curfew.yaml to ${named}, and deploy; or set rotate: off there.`] : []),
    ...missing.map(adoptStep),
  ];
}

const adoptStep = ({ tenant, clientId, secret }: KnownCredential): string =>
  `Store what has to be rotated: npx curfew rotate adopt ${optionsFor(tenant, clientId)} --secret ${secret}`;

function dueLine({ tenant, clientId, age, maxAge }: KnownCredential, now: Instant): string {
  const old = formatDuration(Math.max(0, Math.round((now - (age?.since ?? now)) / 1000)));
  return `due  ${tenant}: ${clientText(clientId)}: ${age?.isAtLeast ? "at least " : ""}${old} old, the limit is ${formatDuration(maxAge)}`;
}

const rotatedLine = ({ tenant, record: { clientId, promoted } }: TenantRotation): string =>
  `rotated  ${tenant}: ${clientText(clientId)}: ${promoted ? moment(iso(promoted.at)) : ""}`;

/** That an old credential is dead; the rotation itself may have been told of in an earlier digest. */
const provenLine = ({ tenant, record: { clientId, lastProof } }: TenantRotation): string =>
  `proven  ${tenant}: ${clientText(clientId)}: the old one is dead${lastProof ? `, ${moment(iso(lastProof.provenAt))}` : ""}`;

/** What an aftercare is about, and since when it is overdue. */
interface Care {
  tenant: string;
  clientId: string;
  care: Aftercare;
  since: Instant | undefined;
}

/** An aftercare that is open or was given up, and why. */
function careLine({ tenant, clientId, care, since }: Care): string {
  const state = isOpen(care) ? "aftercare" : "not provable";
  return `${since === undefined ? state : "not dead"}  ${tenant}: ${clientText(clientId)}: ${careText(care, since)}`;
}

function careText(care: Aftercare, since: Instant | undefined): string {
  const { notProvable, from, oldKey } = care;
  if (since !== undefined) {
    return `the old one is ${isStillAccepted(care) ? "still accepted" : "not proven dead"}, overdue since ${moment(iso(since))}`;
  }
  if (notProvable !== undefined) return harmless(notProvable, 200);
  if (oldKey) return `the old key stays until ${moment(iso(from))}`;
  return "the old one is not proven dead yet";
}

const iso = (instant: Instant): string => new Date(instant).toISOString();
