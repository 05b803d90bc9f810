import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** How patient to be with Secrets Manager. */
export interface SecretsManagerOptions {
  /** How long one request may take, in milliseconds. */
  timeout?: number;
  /** How often to try in all; the SDK waits between tries. */
  attempts?: number;
}

/** Ten seconds a try and three tries: an audit that cannot get its login says so within half a minute. */
export const SECRETS_MANAGER_PATIENCE = { timeout: 10_000, attempts: 3 } as const;

/**
 * Connects to Secrets Manager. The SDK is loaded here and not before: a laptop with `env:` references never pays for it.
 * Region, credentials and `AWS_ENDPOINT_URL_SECRETS_MANAGER` are found the way the SDK always finds them.
 */
export async function secretsManagerClient(options: SecretsManagerOptions = {}): Promise<SecretsManagerClient> {
  const { timeout, attempts } = { ...SECRETS_MANAGER_PATIENCE, ...options };
  const sdk = await import("@aws-sdk/client-secrets-manager");
  const requestHandler = { connectionTimeout: timeout, requestTimeout: timeout, throwOnRequestTimeout: true };
  return new sdk.SecretsManagerClient({ maxAttempts: attempts, requestHandler });
}
