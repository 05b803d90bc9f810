import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { reasonOf } from "./failure-reason.ts";
import { vaultFailure } from "./vault-failure.ts";

type Sdk = typeof import("@aws-sdk/client-secrets-manager");

/** One call of Secrets Manager. */
export interface VaultCall<T> {
  /** The secret's name or ARN, for errors. */
  secret: string;
  /** The action, as IAM names it, for errors. */
  action: string;
  run(client: SecretsManagerClient, sdk: Sdk): Promise<T>;
  /** What the exceptions mean that this call expects, by their names; what they return is the result. */
  except?: Readonly<Record<string, () => T | Promise<T>>>;
}

/**
 * Calls Secrets Manager, and turns what fails into a CurfewError without values.
 *
 * @param client made by the caller, so that region, endpoint and patience are set in one place; loaded at the first use
 */
export function vaultCalls(client: () => Promise<SecretsManagerClient>) {
  let ready: Promise<SecretsManagerClient> | undefined;
  return async <T>({ secret, action, run, except = {} }: VaultCall<T>): Promise<T> => {
    try {
      ready ??= client();
      return await run(await ready, await import("@aws-sdk/client-secrets-manager"));
    } catch (error) {
      const reason = reasonOf(error);
      const expected = Object.hasOwn(except, reason) ? except[reason] : undefined;
      if (expected) return expected();
      throw vaultFailure(secret, action, error);
    }
  };
}
