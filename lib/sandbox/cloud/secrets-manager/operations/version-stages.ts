import * as z from "zod";
import { accessDay, seconds } from "../describe.ts";
import { defineOperation } from "../operation.ts";
import { pageOf } from "../page.ts";
import { invalidParameter, notFound } from "../service-error.ts";
import { pageFields, secretId, stage, versionId } from "../shapes.ts";
import { CURRENT, moveStage, versionWithStage } from "../staging-labels.ts";
import type { StoredSecret, StoredVersion } from "../stored-secret.ts";
import { findLiveSecret, findSecret } from "../vault.ts";

/** UpdateSecretVersionStage: moves, adds or removes one label; a move must name the version that loses it. */
export const updateSecretVersionStage = defineOperation(
  z.object({
    SecretId: secretId,
    VersionStage: stage,
    RemoveFromVersionId: versionId.optional(),
    MoveToVersionId: versionId.optional(),
  }),
  (vault, { SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId }) => {
    const secret = findLiveSecret(vault, SecretId);
    const target = MoveToVersionId === undefined ? undefined : requiredVersion(secret, MoveToVersionId);
    checkRemoval(secret, VersionStage, RemoveFromVersionId, target);
    if (target) moveStage(secret, VersionStage, target);
    else removeStage(secret, VersionStage);
    secret.changedAt = vault.clock.now();
    return { ARN: secret.arn, Name: secret.name };
  },
);

function requiredVersion(secret: StoredSecret, id: string): StoredVersion {
  const version = secret.versions.get(id);
  if (!version) throw notFound(`Secrets Manager can't find the specified secret version: ${id}`);
  return version;
}

function checkRemoval(secret: StoredSecret, label: string, from: string | undefined, to?: StoredVersion): void {
  const holder = versionWithStage(secret, label);
  if (from === undefined && !to) throw invalidParameter("You must specify MoveToVersionId or RemoveFromVersionId.");
  if (from !== undefined && holder?.id !== requiredVersion(secret, from).id) {
    throw invalidParameter(`The staging label ${label} isn't attached to version ${from}.`);
  }
  if (from === undefined && holder && holder !== to) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ` +
        `${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
}

function removeStage(secret: StoredSecret, label: string): void {
  if (label === CURRENT) throw invalidParameter("You can't remove the staging label AWSCURRENT; move it to a version.");
  versionWithStage(secret, label)?.stages.delete(label);
}

/** ListSecretVersionIds: versions with labels; the deprecated ones as well when asked for. */
export const listSecretVersionIds = defineOperation(
  z.object({ SecretId: secretId, IncludeDeprecated: z.boolean().default(false), ...pageFields }),
  (vault, { SecretId, IncludeDeprecated, ...page }) => {
    const secret = findSecret(vault, SecretId);
    const versions = [...secret.versions.values()].filter(({ stages }) => IncludeDeprecated || stages.size > 0);
    const { items, NextToken } = pageOf(versions, `versions of ${secret.arn} ${IncludeDeprecated}`, page);
    return { ARN: secret.arn, Name: secret.name, Versions: items.map(describeVersion), NextToken };
  },
);

function describeVersion({ id, stages, createdAt, lastAccessedAt }: StoredVersion): object {
  const labels = stages.size > 0 ? { VersionStages: [...stages] } : {};
  return { VersionId: id, ...labels, CreatedDate: seconds(createdAt), LastAccessedDate: accessDay(lastAccessedAt) };
}
