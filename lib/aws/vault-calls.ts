import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type Clock, systemClock } from "../model/clock.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { reasonOf } from "./failure-reason.ts";
import { vaultFailure } from "./secret-failure.ts";
import { SECRETS_MANAGER_PATIENCE } from "./secrets-manager-client.ts";

type Sdk = typeof import("@aws-sdk/client-secrets-manager");
type SendOptions = NonNullable<Parameters<SecretsManagerClient["send"]>[1]>;

/** Until when something may be sent. */
export interface SendingTime {
  clock: Pick<Clock, "now">;
  /**
   * When the process may be stopped, milliseconds since the epoch: no call is under way any more then. A Lambda that has
   * answered stands still until it is called again, and would go on then with a retry that it had left: a value that is
   * stored hours late would take the label from the one that is on its way by then.
   */
  deadline?: number;
}

/** One call of Secrets Manager. */
export interface VaultCall<T> {
  /** The secret's name or ARN, for errors. */
  secret: string;
  /** The action, as IAM names it, for errors. */
  action: string;
  /** Sends one command with these options. */
  run(client: SecretsManagerClient, sdk: Sdk, options: SendOptions): Promise<T>;
  /** As that of {@link SendingTime}, for this call alone; the earlier one counts. */
  deadline?: number | undefined;
  /** What the exceptions mean that this call expects, by their names; what they return is the result. */
  except?: Readonly<Record<string, () => T | Promise<T>>>;
}

/**
 * Calls Secrets Manager, and turns what fails into a CurfewError without values.
 *
 * @param client made by the caller, so that region, endpoint and patience are set in one place; loaded at the first use
 * @param time no try begins after it, the SDK's own retries included; without a deadline there is no end
 */
export function vaultCalls(client: () => Promise<SecretsManagerClient>, time: SendingTime = { clock: systemClock }) {
  let ready: Promise<SecretsManagerClient> | undefined;
  const isOver = (deadline = Number.POSITIVE_INFINITY): boolean => {
    const end = Math.min(deadline, time.deadline ?? deadline);
    return time.clock.now() > end - SECRETS_MANAGER_PATIENCE.timeout;
  };
  // Not a signal that a timer aborts: in a process that stood still, a retry's timer may be the first to go off. The
  // SDK looks at this before each try, and sets the rest for itself.
  const options = (deadline?: number): SendOptions => ({
    abortSignal: {
      get aborted() {
        return isOver(deadline);
      },
      onabort: null,
    },
  });
  return async <T>({ secret, action, run, deadline, except = {} }: VaultCall<T>): Promise<T> => {
    try {
      ready ??= client();
      return await run(await ready, await import("@aws-sdk/client-secrets-manager"), options(deadline));
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === "AbortError" && isOver(deadline)) throw tooLate(secret, action);
      const expected = Object.hasOwn(except, reason) ? except[reason] : undefined;
      if (expected) return expected();
      throw vaultFailure(secret, action, error);
    }
  };
}

const tooLate = (secret: string, action: string): CurfewError =>
  new CurfewError("timed-out", `The secret ${secret} was not used any more, since the time was over (${action}).`, {
    detail: "its time was over",
  });
