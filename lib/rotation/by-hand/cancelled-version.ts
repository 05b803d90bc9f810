import type { RotationRecord } from "../ledger/rotation-record.ts";
import { CURRENT, type RotationVault, type VaultSecret } from "../ports.ts";
import { pendingVersion } from "../vault/pending-version.ts";
import { versionWith } from "../vault/standing.ts";

/**
 * What to do about a version under AWSPENDING that nobody finishes, since rotation is switched off and Auth0 was not
 * told of it by Curfew; undefined where there is none. Nothing can be switched on before: Secrets Manager refuses that.
 */
export async function whatWasCancelled(
  secret: VaultSecret,
  record: RotationRecord | undefined,
  vault: Pick<RotationVault, "read">,
): Promise<string | undefined> {
  const { arn, name } = secret;
  const version = pendingVersion(secret);
  if (version === undefined) return undefined;
  const stage = `aws secretsmanager update-secret-version-stage --secret-id ${name} --version-stage`;
  const drop = `${stage} AWSPENDING --remove-from-version-id ${version}`;
  const isOwn = record?.arn === arn && record.underWay?.version === version;
  if (isOwn || (await vault.read(arn, version)) === undefined) {
    return `A rotation of ${name} was cancelled before Auth0 was told of anything, and left AWSPENDING on a version of no use: take it off (${drop}), then adopt again.`;
  }
  const promote = `${stage} AWSCURRENT --move-to-version-id ${version} --remove-from-version-id ${versionWith(secret, CURRENT)}`;
  return `The secret ${name} has a value under AWSPENDING that Curfew did not store, and nobody finishes it while rotation is switched off. Find out which value Auth0 accepts: if it is the current one, take that label off (${drop}); if it is the pending one, make it current (${promote}). Then adopt again.`;
}
