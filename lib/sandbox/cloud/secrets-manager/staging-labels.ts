import type { StoredSecret, StoredVersion } from "./stored-secret.ts";

/** The version that new readers get. */
export const CURRENT = "AWSCURRENT";
/** The version that was current before. */
const PREVIOUS = "AWSPREVIOUS";
/** The version that a rotation is about to make current. */
export const PENDING = "AWSPENDING";

/** The version that carries a label; a label sits on one version only. */
export function versionWithStage(secret: StoredSecret, stage: string): StoredVersion | undefined {
  return secret.versions.values().find((version) => version.stages.has(stage));
}

/** Moves a label to a version; AWSPREVIOUS follows to the version that AWSCURRENT leaves. */
export function moveStage(secret: StoredSecret, stage: string, to: StoredVersion): void {
  const from = versionWithStage(secret, stage);
  if (from === to) return;
  from?.stages.delete(stage);
  to.stages.add(stage);
  if (stage === CURRENT && from) moveStage(secret, PREVIOUS, from);
}

/** Every label of a secret, by version; deprecated versions are left out. */
export function stagesByVersion(secret: StoredSecret): Record<string, string[]> {
  const labelled = secret.versions.values().filter(({ stages }) => stages.size > 0);
  return Object.fromEntries(labelled.map(({ id, stages }) => [id, [...stages]]));
}
