import { CREDENTIAL_PREFIX, type CredentialRecord, joinCredentials } from "../../history/credential-record.ts";
import type { Instant } from "../../history/history.ts";
import { updateRow } from "../../history/update-row.ts";
import type { CurfewError } from "../../model/curfew-error.ts";
import { tenantPartition } from "../../store/table.ts";
import { isOwnTaken } from "../asking/is-taken.ts";
import { KINDS } from "../kinds/kinds.ts";
import { type RotationRecord, withTakenBack } from "../ledger/rotation-record.ts";
import { replacedBy, setByCurfewAt } from "../ledger/under-way.ts";
import { markRefused } from "../mark.ts";
import { CURRENT, PREVIOUS, type VaultSecret, type VersionId } from "../ports.ts";
import { refusedError } from "../refusal.ts";
import { unfinished } from "../unfinished.ts";
import { versionWith } from "../vault/standing.ts";
import { storedCredential } from "../vault/stored-credentials.ts";
import { nowOf, recall, remember, type Work } from "../work.ts";
import { awaitAccepted } from "./accepting.ts";
import { planAftercare } from "./plan-aftercare.ts";

/**
 * Makes the new credential the current one, if the tenant accepts it, and records all that follows from it; what is
 * left to do with the old one is recorded before. The old one is what the tenant accepted before it was told, whatever
 * a person stored as current since. A version that is current already is only recorded, whoever made it so, once the
 * tenant is seen to accept it.
 *
 * That it is accepted is asked once more: between the steps people may have set another secret.
 *
 * @throws CurfewError `rotation-unfinished` for a version that is not accepted, and where people are at the labels
 */
export async function finishSecret(work: Work): Promise<void> {
  const secret = await work.parts.vault.describe(work.target.arn);
  const current = versionWith(secret, CURRENT);
  if (current === work.version) return recordLate(work, secret);
  if (current === undefined) throw nothingCurrent(work);
  const leaving = leavingFrom(secret, work.version);
  if (leaving !== undefined) await partWith(work, leaving, current);
  await assertAccepted(work);
  await planAftercare(work, await recall(work), current);
  await assertUnmoved(work, current, leaving);
  await work.lease.write(() => work.parts.vault.promote(work.target.arn, work.version, current));
  await recordPromotion(work);
}

/** The version that bears AWSPREVIOUS and nothing else: with the promotion of another one it would bear no label. */
function leavingFrom(secret: VaultSecret, promoted: VersionId): VersionId | undefined {
  const previous = versionWith(secret, PREVIOUS);
  if (previous === undefined || previous === promoted) return undefined;
  return secret.versions.get(previous)?.length === 1 ? previous : undefined;
}

/**
 * Usually AWSPREVIOUS leaves what was proven dead after the last promotion. Everything else may be live: a person stored
 * a value, moved a label or gave leave to overwrite, or nobody could prove anything.
 */
async function partWith(work: Work, leaving: VersionId, current: VersionId): Promise<void> {
  const record = await recall(work);
  const replaced = replacedBy(work, record);
  const isCurrentInUse = replaced?.wasAccepted && replaced.version === current;
  if (isCurrentInUse && isProvenDead(leaving, current, record)) return;
  await KINDS[work.settings.kind].partWith(work, leaving);
}

/** By the proof of the promotion of what is current, which nobody has moved since: the proof is as it was left. */
const isProvenDead = (old: VersionId, current: VersionId, record: RotationRecord | undefined): boolean =>
  record?.lastProof?.current === current && [record.lastProof.old, record.lastProof.oldToo].includes(old);

/**
 * Looks once more, just before the promotion: since the first look Auth0 was asked for up to two minutes, and a person
 * may have stored a secret and moved the labels back. Only what was judged may lose its last one.
 *
 * @throws CurfewError `rotation-unfinished`
 */
async function assertUnmoved({ parts, target, version }: Work, current: VersionId, judged?: VersionId): Promise<void> {
  const secret = await parts.vault.describe(target.arn);
  if (versionWith(secret, CURRENT) === current && leavingFrom(secret, version) === judged) return;
  throw unfinished(
    `While Auth0 was asked, somebody stored another value of the secret of ${target.clientId} or moved its labels; the next try looks at that before it promotes anything.`,
  );
}

const notAccepted = ({ clientId }: Work["settings"]): CurfewError =>
  unfinished(
    `Auth0 does not accept the credential of ${clientId} that bears AWSCURRENT: somebody moved that label, or set another secret at Auth0. It counts as promoted once Auth0 accepts it; where that is not meant, move the label back, or store what Auth0 accepts.`,
  );

async function assertAccepted(work: Work): Promise<void> {
  const pending = await storedCredential(work, work.version);
  if (!pending)
    throw unfinished(`The new credential of ${work.settings.clientId} is not stored, so it is not promoted.`);
  await awaitAccepted(work, pending.credential);
}

const nothingCurrent = ({ settings }: Work) =>
  refusedError({
    refusal: "payload-unusable",
    message: `No version of the secret of ${settings.clientId} is current; label one AWSCURRENT.`,
  });

/**
 * The process that promoted it died over it, or a person promoted it by hand, also before Auth0 knew it. Nobody can tell
 * one from the other: a plan may be that of a promotion that failed. So Auth0 is asked, whoever it was.
 */
async function recordLate(work: Work, secret: VaultSecret): Promise<void> {
  const record = await recall(work);
  if (record?.underWay?.version !== work.version) {
    if (record?.order?.version === work.version && record.order.promotedBefore !== undefined) await countAnew(work);
    return;
  }
  // A person has seen a key work that the token endpoint gives no token for, so what is asked here is less than a token.
  if (!(await isOwnTaken(work))) {
    if (work.settings.kind === "client-secret") await markRefused(work); // a key is attached once more: it replaces none
    throw notAccepted(work.settings);
  }
  const former = versionWith(secret, PREVIOUS) ?? replacedBy(work, record)?.version;
  if (former !== undefined) await planAftercare(work, record, former);
  await recordPromotion(work);
}

/** It was promoted while somebody ordered it again, and not long before: that order is fulfilled. */
async function countAnew(work: Work): Promise<void> {
  await remember(work, ({ order, ...record }) => {
    if (order?.version !== work.version) return order ? { ...record, order } : record;
    const { promotedBefore: _, ...anew } = order;
    return { ...record, order: anew };
  });
}

/**
 * Only what is promoted is recorded so; all writes that led to it were answered by now. The record comes last: until it
 * is written the version counts as under way, and somebody will come back to it.
 */
async function recordPromotion(work: Work): Promise<void> {
  const at = nowOf(work);
  await dateCredential(work, setByCurfewAt(work, await recall(work)), at);
  const from = at + KINDS[work.settings.kind].overlap(work) * 1000;
  await remember(work, (record) => {
    const { underWay, held: _, lastFailure: __, failedOrder: ___, wentBack: ____, ...rest } = record;
    const other = underWay && underWay.version !== work.version ? { underWay } : {};
    const aftercare = record.aftercare.map((one) =>
      one.current === work.version ? { ...one, promotedAt: at, from, lastWriteAt: at } : one,
    );
    const promoted = { version: work.version, at };
    return withTakenBack({ ...rest, ...other, failures: 0, promoted, aftercare }, work.version, at);
  });
}

/**
 * Tells the history of the tenant how old the credential is. What Curfew did not set now keeps the date that it had, and
 * where it had none the vault and the log say more of it.
 */
async function dateCredential(
  { parts, target, version }: Work,
  setAt: Instant | undefined,
  promotedAt: Instant,
): Promise<void> {
  const { clientId, tenant } = target;
  const base: CredentialRecord = { clientId, seen: { first: promotedAt }, rotatedTo: version, promotedAt };
  const key = { partition: tenantPartition(tenant), sort: `${CREDENTIAL_PREFIX}${clientId}` };
  const known = await parts.table.get<CredentialRecord>(key);
  await updateRow(parts.table, key, known, (value) => {
    const rotatedAt = setAt ?? (value?.rotatedTo === version ? value.rotatedAt : undefined);
    const news = rotatedAt === undefined ? base : { ...base, rotatedAt };
    return joinCredentials(value ?? news, news);
  });
}
