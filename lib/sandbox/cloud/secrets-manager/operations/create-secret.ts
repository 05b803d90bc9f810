import * as z from "zod";
import { defineOperation } from "../operation.ts";
import { alreadyExists, invalidRequest, ServiceError } from "../service-error.ts";
import { clientRequestToken, tags, valueFields } from "../shapes.ts";
import { CURRENT } from "../staging-labels.ts";
import type { SecretValue, StoredSecret } from "../stored-secret.ts";
import { lookUp, newArn, type Vault } from "../vault.ts";
import { optionalValue, putVersion, sameValue } from "../versions.ts";

const shape = z.object({
  Name: z.string().min(1).max(512),
  ClientRequestToken: clientRequestToken,
  Description: z.string().max(2048).optional(),
  KmsKeyId: z.string().max(2048).optional(),
  Tags: tags.default([]),
  ...valueFields,
});

/** CreateSecret: a secret with or without a first value. The same token and value again is the same secret. */
export const createSecret = defineOperation(shape, (vault, input) => {
  checkName(input.Name);
  const value = optionalValue(input);
  const existing = lookUp(vault, input.Name);
  if (existing) return again(existing, input.ClientRequestToken, value);
  const secret = newSecret(vault, input);
  if (value) putVersion(secret, input.ClientRequestToken, value, [CURRENT], secret.createdAt);
  vault.secrets.set(secret.name, secret);
  return answer(secret, value && input.ClientRequestToken);
});

function checkName(name: string): void {
  if (/^[\w/+=.@-]+$/.test(name)) return;
  const message =
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!";
  throw new ServiceError("ValidationException", message);
}

function again(secret: StoredSecret, token: string, value: SecretValue | null): object {
  if (secret.deletion) {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const version = secret.versions.get(token);
  if (value && version && sameValue(version.value, value)) return answer(secret, token);
  throw alreadyExists(`The operation failed because the secret ${secret.name} already exists.`);
}

function newSecret(vault: Vault, { Name, Description, KmsKeyId, Tags }: z.output<typeof shape>): StoredSecret {
  const now = vault.clock.now();
  return {
    name: Name,
    arn: newArn(vault, Name),
    description: Description,
    kmsKeyId: KmsKeyId,
    tags: new Map(Tags.map(({ Key, Value }) => [Key, Value])),
    versions: new Map(),
    rotation: null,
    createdAt: now,
    changedAt: now,
    lastAccessedAt: null,
    deletion: null,
  };
}

function answer({ arn, name }: StoredSecret, token: string | null): object {
  return { ARN: arn, Name: name, ...(token === null ? {} : { VersionId: token }) };
}
