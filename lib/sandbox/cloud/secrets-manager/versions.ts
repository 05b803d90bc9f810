import { alreadyExists, invalidParameter, invalidRequest } from "./service-error.ts";
import { CURRENT, moveStage } from "./staging-labels.ts";
import type { SecretValue, StoredSecret, StoredVersion } from "./stored-secret.ts";

/** More versions than this are thinned out. */
const MOST_VERSIONS = 100;
/** No version is thinned out in its first 24 hours. Milliseconds. */
const YOUNGEST_THINNED = 86_400_000;

/** The value of a request that must have exactly one. */
export function requiredValue(input: SecretValue): SecretValue {
  const value = optionalValue(input);
  if (!value) throw invalidRequest("You must provide either SecretString or SecretBinary.");
  return value;
}

/** The value of a request that may have one; null when it has none. */
export function optionalValue({ SecretString, SecretBinary }: SecretValue): SecretValue | null {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (SecretString !== undefined) return { SecretString };
  return SecretBinary === undefined ? null : { SecretBinary };
}

/** Whether two values are the same, text for text or byte for byte. */
export function sameValue(one: SecretValue | null, other: SecretValue | null): boolean {
  return one?.SecretString === other?.SecretString && one?.SecretBinary === other?.SecretBinary;
}

/**
 * Stores a value as the version `token` and moves labels to it. The first version of a secret that has a value
 * is always current. The same value under the same token again changes nothing; an announced version is filled.
 *
 * @throws ServiceError `ResourceExistsException` when the token stands for another value
 */
export function putVersion(
  secret: StoredSecret,
  token: string,
  value: SecretValue,
  stages: readonly string[],
  now: number,
): StoredVersion {
  const known = secret.versions.get(token);
  if (known?.value) {
    if (!sameValue(known.value, value)) throw tokenInUse(secret, token);
    return known;
  }
  const isFirst = !secret.versions.values().some((version) => version.value !== null);
  const version = known ?? addVersion(secret, token, now);
  version.value = value;
  for (const stage of isFirst ? new Set([...stages, CURRENT]) : stages) moveStage(secret, stage, version);
  secret.changedAt = now;
  return version;
}

/** Adds a version without value and labels, and removes old deprecated ones where there are too many. */
export function addVersion(secret: StoredSecret, id: string, now: number): StoredVersion {
  const version = { id, value: null, stages: new Set<string>(), createdAt: now, lastAccessedAt: null };
  secret.versions.set(id, version);
  thinOut(secret, version, now);
  return version;
}

/** A token stands for another value already, and versions never change. */
export function tokenInUse({ arn }: StoredSecret, token: string) {
  return alreadyExists(
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  );
}

function thinOut({ versions }: StoredSecret, added: StoredVersion, now: number): void {
  for (const version of versions.values()) {
    if (versions.size <= MOST_VERSIONS) return;
    const isOld = now - version.createdAt >= YOUNGEST_THINNED;
    if (version !== added && version.stages.size === 0 && isOld) versions.delete(version.id);
  }
}
