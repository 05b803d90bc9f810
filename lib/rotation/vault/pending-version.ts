import type { RotationRecord } from "../ledger/rotation-record.ts";
import { isToBeTold, toldVersion } from "../ledger/under-way.ts";
import { CURRENT, PENDING, type VaultSecret, type VersionId } from "../ports.ts";
import { versionWith } from "./standing.ts";

/** The version whose rotation is not finished: Secrets Manager begins no other one before. */
export function pendingVersion(secret: VaultSecret): VersionId | undefined {
  const pending = versionWith(secret, PENDING);
  return pending === versionWith(secret, CURRENT) ? undefined : pending;
}

/** The version that a person made current before Auth0 was told of it: whoever reads AWSCURRENT is refused until it is. */
export function earlyVersion(record: RotationRecord | undefined, secret: VaultSecret): VersionId | undefined {
  const current = versionWith(secret, CURRENT);
  const isUntold = current !== undefined && isToBeTold(record, current) && record?.underWay?.setAt === undefined;
  return isUntold ? current : undefined;
}

/**
 * The versions whose rotations are to be finished before another is begun: first what Auth0 was told of, whatever
 * became of its label; what a person made current before Auth0 was told; and the pending one.
 */
export function hangingVersions(record: RotationRecord | undefined, secret: VaultSecret): VersionId[] {
  const versions = new Set([toldVersion(record, secret.arn), earlyVersion(record, secret), pendingVersion(secret)]);
  return [...versions].filter((version) => version !== undefined);
}
