import type { RotationRecord } from "../ledger/rotation-record.ts";
import { CURRENT, PENDING, type VaultSecret, type VersionId } from "../ports.ts";
import { refusedError } from "../refusal.ts";
import { unfinished } from "../unfinished.ts";
import { isTold, recall, type Work } from "../work.ts";

/**
 * Where a version stands.
 *
 * `unlabelled` is one that the tenant was told of and that lost its label since, as people do who clean up after a
 * cancelled rotation. `replaced` was in use once, or current and refused, and another one is current since; it may still
 * be called pending, since Secrets Manager lets that label sit on the current version, or be called so again by a person. Whatever else it
 * may be: a value that nobody began here is dead as far as anybody knows, and is never set.
 */
export type Standing = "current" | "pending" | "unlabelled" | "replaced";

/** The version that bears a label. */
export function versionWith({ versions }: VaultSecret, label: string): VersionId | undefined {
  for (const [version, labels] of versions) if (labels.includes(label)) return version;
  return undefined;
}

/**
 * The guards of every step. Source: AWS's documentation of rotation functions: rotation is enabled, the version is one
 * of the secret's, and it is pending or current already.
 *
 * @throws CurfewError `rotation-refused` (`rotation-disabled`, `version-unknown`), unless the tenant was told of the
 * version: what was begun there is brought to its end
 */
export async function standingOf(work: Work): Promise<Standing> {
  const { parts, target, version } = work;
  const secret = await parts.vault.describe(target.arn);
  if (versionWith(secret, CURRENT) === version) return "current";
  const record = await recall(work);
  const mayStop = !isTold(work, record);
  if (mayStop && record?.promoted?.version === version) return "replaced";
  if (mayStop && !secret.rotationEnabled) {
    const message = `Rotation is switched off for the secret of ${target.clientId} in Secrets Manager; curfew rotate adopt switches it on.`;
    throw refusedError({ refusal: "rotation-disabled", message });
  }
  if (versionWith(secret, PENDING) === version) return (await isOwn(work, record)) ? "pending" : "replaced";
  if (mayStop) throw notPending(work);
  return "unlabelled";
}

/** A value is stored only once it is on record that it is being made, so a version without that record has none yet. */
async function isOwn({ parts, target, version }: Work, record: RotationRecord | undefined): Promise<boolean> {
  const { underWay } = record ?? {};
  if (underWay?.version === version) return !underWay.wasReplaced && !underWay.wasRefused;
  return (await parts.vault.read(target.arn, version)) === undefined;
}

/**
 * Looks once more just before the tenant is told of the version: without its label nobody would find it again.
 *
 * @throws CurfewError `rotation-refused` (`version-unknown`)
 */
export async function assertLabelled(work: Work): Promise<void> {
  const secret = await work.parts.vault.describe(work.target.arn);
  if (![PENDING, CURRENT].some((label) => versionWith(secret, label) === work.version)) throw notPending(work);
}

/**
 * Looks once more just before what is old is taken away: a person may have made it current again.
 *
 * @param version the one that was seen to be current
 * @throws CurfewError `rotation-unfinished`
 */
export async function assertCurrent({ parts, target }: Work, version: VersionId): Promise<void> {
  const secret = await parts.vault.describe(target.arn);
  if (versionWith(secret, CURRENT) === version) return;
  throw unfinished(
    `Somebody made another version of the secret of ${target.clientId} current; the old key stays for now.`,
  );
}

const notPending = ({ target, version }: Work) =>
  refusedError({
    refusal: "version-unknown",
    message: `The version ${version} of the secret of ${target.clientId} is neither pending nor current; begin a rotation anew.`,
  });
