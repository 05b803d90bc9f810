import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SecretSources } from "../config/references.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { reasonOf } from "./failure-reason.ts";
import { referenceFailure } from "./secret-failure.ts";
import {
  SECRETS_MANAGER_PATIENCE,
  type SecretsManagerOptions,
  secretsManagerClient,
} from "./secrets-manager-client.ts";

/**
 * Reads secrets from Secrets Manager for `secretsmanager:` references.
 *
 * @returns a function from a secret's name, and a label where it is not the current value that is wanted, to its value;
 * it rejects with CurfewError `reference-unresolved`, or `not-found` where no version bears that label.
 * @example
 * const secretsManager = secretsManagerSource();
 * const login = await loginFrom(tenant.auditor, tenant.domain, { env: process.env, secretsManager });
 */
export function secretsManagerSource(options: SecretsManagerOptions = {}): SecretSources["secretsManager"] {
  const settings = { ...SECRETS_MANAGER_PATIENCE, ...options };
  let ready: Promise<SecretsManagerClient> | undefined;
  return async (name, label) => {
    ready ??= secretsManagerClient(settings);
    return storedValue(await ready, name, label, settings.timeout * settings.attempts);
  };
}

async function storedValue(
  client: SecretsManagerClient,
  name: string,
  label: string | undefined,
  patience: number,
): Promise<string> {
  const { GetSecretValueCommand } = await import("./secrets-manager-sdk.ts");
  const command = new GetSecretValueCommand({ SecretId: name, VersionStage: label ?? "AWSCURRENT" });
  const answer = await client.send(command, { abortSignal: AbortSignal.timeout(patience) }).catch((error: unknown) => {
    if (label !== undefined && reasonOf(error) === "ResourceNotFoundException") throw noSuchLabel(name, label);
    throw referenceFailure(name, "GetSecretValue", error);
  });
  if (answer.SecretString !== undefined) return answer.SecretString;
  const message = `The secret ${name} in Secrets Manager is binary; store it as text.`;
  throw new CurfewError("reference-unresolved", message, { detail: "SecretBinary" });
}

const noSuchLabel = (name: string, label: string): CurfewError =>
  new CurfewError("not-found", `The secret ${name} in Secrets Manager has no value under ${label}.`, { detail: label });
