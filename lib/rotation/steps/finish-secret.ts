import { CREDENTIAL_PREFIX, type CredentialRecord, joinCredentials } from "../../history/credential-record.ts";
import { updateRow } from "../../history/update-row.ts";
import { tenantPartition } from "../../store/table.ts";
import { unfinished } from "../asking.ts";
import { KINDS } from "../kinds/kinds.ts";
import { CURRENT, PREVIOUS, type VaultSecret, type VersionId } from "../ports.ts";
import { refusalOf, refusedError } from "../refusal.ts";
import type { Aftercare, RotationRecord } from "../rotation-record.ts";
import { versionWith } from "../standing.ts";
import { storedCredential } from "../stored-credentials.ts";
import { nowOf, recall, remember, type Work } from "../work.ts";

/**
 * Makes the new credential the current one, if the tenant accepts it, and records all that follows from it; what is
 * left to do with the old one is recorded before. A version that is current already is only recorded, whoever made it
 * so.
 *
 * @throws CurfewError `rotation-unfinished` for a version that was not seen to be accepted
 */
export async function finishSecret(work: Work): Promise<void> {
  const { parts, target, version, lease } = work;
  const secret = await parts.vault.describe(target.arn);
  const current = versionWith(secret, CURRENT);
  const record = await recall(work);
  if (current === version) {
    if (record?.underWay?.version === version) await recordLate(work, secret, record);
  } else {
    assertTested(work, record);
    if (current === undefined) throw nothingCurrent(work);
    await planAftercare(work, current);
    await lease.write(() => parts.vault.promote(target.arn, version, current));
    await recordPromotion(work);
  }
  await dateCredential(work);
}

function assertTested({ version, settings }: Work, record: RotationRecord | undefined): void {
  if (record?.underWay?.version === version && record.underWay.testedAt !== undefined) return;
  throw unfinished(`Auth0 was not seen to accept the new credential of ${settings.clientId}, so it is not promoted.`);
}

const nothingCurrent = ({ settings }: Work) =>
  refusedError({
    refusal: "payload-unusable",
    message: `No version of the secret of ${settings.clientId} is current; label one AWSCURRENT.`,
  });

/** The process that promoted it died over it, or a person promoted it by hand. */
async function recordLate(work: Work, secret: VaultSecret, record: RotationRecord): Promise<void> {
  const isPlanned = record.aftercare.some(({ current }) => current === work.version);
  const old = versionWith(secret, PREVIOUS);
  if (!isPlanned && old !== undefined) await planAftercare(work, old);
  await recordPromotion(work);
}

/** Records what will be left to do. It counts from the promotion on, if it comes to that. */
async function planAftercare(work: Work, old: VersionId): Promise<void> {
  const now = nowOf(work);
  const base = { current: work.version, old, recordedAt: now, from: now, lastWriteAt: now, answers: [] };
  const planned: Aftercare = { ...base, ...(await oldPart(work, old)) };
  await remember(work, (record) => ({
    ...record,
    aftercare: [...record.aftercare.filter(({ current }) => current !== work.version), planned],
  }));
}

/** An old value that cannot be read keeps nothing from going forward; what is to be proven of it is said later. */
async function oldPart(work: Work, old: VersionId): Promise<Pick<Aftercare, "oldKey">> {
  const current = await storedCredential(work, work.version);
  try {
    const former = await storedCredential(work, old);
    return former && current
      ? await KINDS[work.settings.kind].oldPart(work, former.credential, current.credential)
      : {};
  } catch (error) {
    if (refusalOf(error) === null) throw error;
    return {};
  }
}

/** Only what is promoted is recorded so; all writes that led to it were answered by now. */
async function recordPromotion(work: Work): Promise<void> {
  const at = nowOf(work);
  const from = at + KINDS[work.settings.kind].overlap(work) * 1000;
  await remember(work, (record) => {
    if (record.underWay?.version !== work.version) return record;
    const { underWay: _, held: __, lastFailure: ___, failedOrder: ____, ...rest } = record;
    const aftercare = record.aftercare.map((one) =>
      one.current === work.version ? { ...one, promotedAt: at, from, lastWriteAt: at } : one,
    );
    return { ...rest, failures: 0, promoted: { version: work.version, at }, aftercare };
  });
}

/** Tells the history of the tenant how old the credential is. */
async function dateCredential(work: Work): Promise<void> {
  const { parts, target, version } = work;
  const promoted = (await recall(work))?.promoted;
  if (promoted?.version !== version) return;
  const { clientId } = target;
  const news: CredentialRecord = { clientId, seen: { first: promoted.at }, rotatedAt: promoted.at };
  const key = { partition: tenantPartition(target.tenant), sort: `${CREDENTIAL_PREFIX}${clientId}` };
  const known = await parts.table.get<CredentialRecord>(key);
  await updateRow(parts.table, key, known, (value) => joinCredentials(value ?? news, news));
}
