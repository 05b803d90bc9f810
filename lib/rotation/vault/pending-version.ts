import { CURRENT, PENDING, type VaultSecret, type VersionId } from "../ports.ts";
import { versionWith } from "./standing.ts";

/** The version whose rotation is not finished: Secrets Manager begins no other one before. */
export function pendingVersion(secret: VaultSecret): VersionId | undefined {
  const pending = versionWith(secret, PENDING);
  return pending === versionWith(secret, CURRENT) ? undefined : pending;
}
