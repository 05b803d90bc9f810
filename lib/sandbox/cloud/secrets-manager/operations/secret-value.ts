import * as z from "zod";
import { seconds } from "../describe.ts";
import { defineOperation } from "../operation.ts";
import { invalidRequest, notFound } from "../service-error.ts";
import { clientRequestToken, secretId, stage, valueFields, versionId } from "../shapes.ts";
import { CURRENT, versionWithStage } from "../staging-labels.ts";
import type { StoredSecret, StoredVersion } from "../stored-secret.ts";
import { findLiveSecret } from "../vault.ts";
import { optionalValue, putVersion, requiredValue, tokenInUse } from "../versions.ts";

interface Wanted {
  VersionId?: string | undefined;
  VersionStage?: string | undefined;
}

/** GetSecretValue: by version, by label (AWSCURRENT when neither is given), or by both, which must agree. */
export const getSecretValue = defineOperation(
  z.object({ SecretId: secretId, VersionId: versionId.optional(), VersionStage: stage.optional() }),
  (vault, input) => {
    const secret = findLiveSecret(vault, input.SecretId);
    const version = wantedVersion(secret, input);
    secret.lastAccessedAt = version.lastAccessedAt = vault.clock.now();
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      VersionStages: [...version.stages],
      CreatedDate: seconds(version.createdAt),
      ...version.value,
    };
  },
);

/** A version that a rotation has only announced is not found: it has no value yet. */
function wantedVersion(secret: StoredSecret, { VersionId, VersionStage }: Wanted): StoredVersion {
  if (VersionId === undefined) {
    const label = VersionStage ?? CURRENT;
    const version = versionWithStage(secret, label);
    if (version?.value) return version;
    throw notFound(`Secrets Manager can't find the specified secret value for staging label: ${label}`);
  }
  const version = secret.versions.get(VersionId);
  if (!version?.value)
    throw notFound(`Secrets Manager can't find the specified secret value for VersionId: ${VersionId}`);
  if (VersionStage === undefined || version.stages.has(VersionStage)) return version;
  throw invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.");
}

/** PutSecretValue: a new version under the request's token, which is current unless labels are given. */
export const putSecretValue = defineOperation(
  z.object({
    SecretId: secretId,
    ClientRequestToken: clientRequestToken,
    VersionStages: z.array(stage).min(1).max(20).default([CURRENT]),
    RotationToken: z.string().min(36).max(256).optional(),
    ...valueFields,
  }),
  (vault, input) => {
    const secret = findLiveSecret(vault, input.SecretId);
    const value = requiredValue(input);
    const version = putVersion(secret, input.ClientRequestToken, value, input.VersionStages, vault.clock.now());
    return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages] };
  },
);

/** UpdateSecret: description, key, and a new current version; a token that is in use is an error, whatever the value. */
export const updateSecret = defineOperation(
  z.object({
    SecretId: secretId,
    ClientRequestToken: clientRequestToken,
    Description: z.string().max(2048).optional(),
    KmsKeyId: z.string().max(2048).optional(),
    ...valueFields,
  }),
  (vault, { ClientRequestToken, Description, KmsKeyId, ...input }) => {
    const secret = findLiveSecret(vault, input.SecretId);
    const value = optionalValue(input);
    if (value && secret.versions.has(ClientRequestToken)) throw tokenInUse(secret, ClientRequestToken);
    if (Description !== undefined) secret.description = Description;
    if (KmsKeyId !== undefined) secret.kmsKeyId = KmsKeyId;
    secret.changedAt = vault.clock.now();
    if (value) putVersion(secret, ClientRequestToken, value, [CURRENT], secret.changedAt);
    return { ARN: secret.arn, Name: secret.name, ...(value ? { VersionId: ClientRequestToken } : {}) };
  },
);
