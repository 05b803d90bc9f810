import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CurfewError } from "../model/curfew-error.ts";
import { secretFailure } from "./secret-failure.ts";
import {
  SECRETS_MANAGER_PATIENCE,
  type SecretsManagerOptions,
  secretsManagerClient,
} from "./secrets-manager-client.ts";

/**
 * Reads secrets from Secrets Manager for `secretsmanager:` references.
 *
 * @returns a function from a secret's name to its current value; it rejects with CurfewError `reference-unresolved`.
 * @example
 * const secretsManager = secretsManagerSource();
 * const login = await loginFrom(tenant.auditor, tenant.domain, { env: process.env, secretsManager });
 */
export function secretsManagerSource(options: SecretsManagerOptions = {}): (name: string) => Promise<string> {
  const settings = { ...SECRETS_MANAGER_PATIENCE, ...options };
  let ready: Promise<SecretsManagerClient> | undefined;
  return async (name) => {
    ready ??= secretsManagerClient(settings);
    return currentValue(await ready, name, settings.timeout * settings.attempts);
  };
}

async function currentValue(client: SecretsManagerClient, name: string, patience: number): Promise<string> {
  const { GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
  const command = new GetSecretValueCommand({ SecretId: name, VersionStage: "AWSCURRENT" });
  const answer = await client.send(command, { abortSignal: AbortSignal.timeout(patience) }).catch((error: unknown) => {
    throw secretFailure(name, error);
  });
  if (answer.SecretString !== undefined) return answer.SecretString;
  const message = `The secret ${name} in Secrets Manager is binary; store it as text.`;
  throw new CurfewError("reference-unresolved", message, { detail: "SecretBinary" });
}
