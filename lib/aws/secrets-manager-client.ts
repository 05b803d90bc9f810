import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** How patient to be with Secrets Manager. */
export interface SecretsManagerOptions {
  /** How long one request may take, in milliseconds. */
  timeout?: number;
  /** How often to try in all; the SDK waits between tries. */
  attempts?: number;
  /** Once it is aborted nothing is sent any more, and nothing once more. */
  signal?: AbortSignal;
}

/** Ten seconds a try and three tries: an audit that cannot get its login says so within half a minute. */
export const SECRETS_MANAGER_PATIENCE = { timeout: 10_000, attempts: 3 } as const;

/**
 * Connects to Secrets Manager. The SDK is loaded here and not before: a laptop with `env:` references never pays for it.
 * Region, credentials and `AWS_ENDPOINT_URL_SECRETS_MANAGER` are found the way the SDK always finds them.
 */
export async function secretsManagerClient(options: SecretsManagerOptions = {}): Promise<SecretsManagerClient> {
  const { timeout, attempts, signal } = { ...SECRETS_MANAGER_PATIENCE, ...options };
  const sdk = await import("./secrets-manager-sdk.ts");
  const requestHandler = { connectionTimeout: timeout, requestTimeout: timeout, throwOnRequestTimeout: true };
  const client = new sdk.SecretsManagerClient({ maxAttempts: attempts, requestHandler });
  if (signal) endWith(signal, client);
  return client;
}

/** Below the SDK's own retries, so that each try is asked. */
function endWith(signal: AbortSignal, { middlewareStack }: SecretsManagerClient): void {
  middlewareStack.add(
    (next) => async (sent) => {
      signal.throwIfAborted();
      return next(sent);
    },
    { name: "endWithSignal", step: "finalizeRequest", priority: "low" },
  );
}
