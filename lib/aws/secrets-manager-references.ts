import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CurfewError } from "../model/curfew-error.ts";
import { secretFailure } from "./secret-failure.ts";

/** How patient to be with Secrets Manager. */
interface SecretsManagerOptions {
  /** How long one request may take, in milliseconds. */
  timeout?: number;
  /** How often to try in all; the SDK waits between tries. */
  attempts?: number;
}

/** Ten seconds a try and three tries: an audit that cannot get its login says so within half a minute. */
const DEFAULTS = { timeout: 10_000, attempts: 3 } as const;

/**
 * Reads secrets from Secrets Manager for `secretsmanager:` references.
 *
 * The AWS SDK is loaded at the first use and not before: a laptop with `env:` references never pays for it.
 * Region, credentials and `AWS_ENDPOINT_URL_SECRETS_MANAGER` are found the way the SDK always finds them.
 *
 * @returns a function from a secret's name to its current value; it rejects with CurfewError `reference-unresolved`.
 * @example
 * const secretsManager = secretsManagerSource();
 * const login = await loginFrom(tenant.auditor, tenant.domain, { env: process.env, secretsManager });
 */
export function secretsManagerSource(options: SecretsManagerOptions = {}): (name: string) => Promise<string> {
  const settings = { ...DEFAULTS, ...options };
  let ready: Promise<Connection> | undefined;
  return async (name) => {
    ready ??= connect(settings);
    return currentValue(await ready, name, settings.timeout * settings.attempts);
  };
}

type Sdk = typeof import("@aws-sdk/client-secrets-manager");

interface Connection {
  sdk: Sdk;
  client: SecretsManagerClient;
}

async function connect({ timeout, attempts }: Required<SecretsManagerOptions>): Promise<Connection> {
  const sdk = await import("@aws-sdk/client-secrets-manager");
  const requestHandler = { connectionTimeout: timeout, requestTimeout: timeout, throwOnRequestTimeout: true };
  return { sdk, client: new sdk.SecretsManagerClient({ maxAttempts: attempts, requestHandler }) };
}

async function currentValue({ sdk, client }: Connection, name: string, patience: number): Promise<string> {
  const command = new sdk.GetSecretValueCommand({ SecretId: name, VersionStage: "AWSCURRENT" });
  const answer = await client.send(command, { abortSignal: AbortSignal.timeout(patience) }).catch((error: unknown) => {
    throw secretFailure(name, error);
  });
  if (answer.SecretString !== undefined) return answer.SecretString;
  const message = `The secret ${name} in Secrets Manager is binary; store it as text.`;
  throw new CurfewError("reference-unresolved", message, { detail: "SecretBinary" });
}
