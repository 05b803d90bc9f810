import type { Instant } from "../../history/history.ts";
import type { ConfiguredCredential } from "../credentials/configured-credentials.ts";
import type { KnownCredential } from "../credentials/known-credentials.ts";
import { recordingFailure } from "../failures.ts";
import { ownedByOther } from "../judgements/judge-owner.ts";
import { readTarget, recordOfCredential, writeTarget } from "../ledger/ledger.ts";
import type { RotationTarget } from "../ledger/target.ts";
import type { RotationParts } from "../parts.ts";
import type { VaultSecret, VersionId } from "../ports.ts";
import { refusedError } from "../refusal.ts";

/** The target of a configured credential, as the deployed Curfew writes it. */
export const targetOf = (
  { tenant, clientId, kind }: ConfiguredCredential,
  arn: string,
  now: Instant,
): RotationTarget => ({ arn, tenant, clientId, kind, writtenBy: "deploy", at: Math.round(now) });

/** Which version's try a failure would be, and until when this process may work. */
interface Try {
  version: VersionId;
  /** Milliseconds since the epoch. */
  deadline: Instant;
}

/**
 * Looks at the secret of a configured credential and makes sure that it has a target, so that a rotation which somebody
 * starts in the AWS console knows whose it is. Said once, that stays: a configuration that says something else later is
 * refused, and the refusal recorded with what is known of the credential, since nobody else may come upon it.
 *
 * @throws CurfewError `rotation-refused` (`not-configured`) when the secret belongs to another client already,
 * `not-found` or `vault-failed` when it cannot be looked at
 */
export async function lookAtSecret(
  credential: ConfiguredCredential,
  { version, deadline }: Try,
  parts: RotationParts,
): Promise<{ secret: VaultSecret; target: RotationTarget }> {
  const { table, vault, clock } = parts;
  const secret = await vault.describe(credential.secret);
  const target = targetOf(credential, secret.arn, clock.now());
  if (await writeTarget(table, target)) return { secret, target };
  const known = await recordOfCredential(table, target);
  const ours = { ...target, arn: known?.arn ?? target.arn }; // what is another's changes nothing of our own record
  const request = { target: ours, version, step: "createSecret" as const, deadline };
  const refusal = refusedError(ownedByOther(await readTarget(table, secret.arn), credential));
  return recordingFailure(request, parts, () => Promise.reject(refusal));
}

/**
 * As {@link lookAtSecret}, as a try that is on record: that the secret cannot be looked at fails it as well, although
 * nobody may know the secret's ARN.
 *
 * @param order says on record who tries, with the target as it is known
 * @throws also what `order` rejects with
 */
export async function lookInTry(
  credential: KnownCredential,
  { version, deadline }: Try,
  order: (supposed: RotationTarget) => Promise<unknown>,
  parts: RotationParts,
): ReturnType<typeof lookAtSecret> {
  try {
    return await lookAtSecret(credential, { version, deadline }, parts);
  } catch (error) {
    const target = targetOf(credential, credential.rotation?.arn ?? credential.secret, parts.clock.now());
    await order(target);
    const failure = { target, version, step: "createSecret" as const, deadline };
    return recordingFailure(failure, parts, () => Promise.reject(error));
  }
}
