import type { Clock } from "../model/clock.ts";
import { CurfewError, hasCode } from "../model/curfew-error.ts";

/** How long a request is tried again. All times in milliseconds. */
export interface RetryPolicy {
  /** How often a failing request is sent at the most. */
  attempts: number;
  /** No further attempt begins when so much time was spent on answers and pauses: a hanging service cannot hold an audit up. */
  patience: number;
  /** The same for a request that is refused for its rate. */
  throttlePatience: number;
  /** The longest first pause; each further one may be twice as long. */
  pause: number;
}

/**
 * Four attempts with pauses of up to 0.5, 1 and 2 s ride out a restart behind a load balancer.
 * With a time-out of 10 s a service that hangs is given up after about 31 s.
 * A minute of throttling is longer than any bucket of any plan needs to hold a token again.
 */
export const RETRY_POLICY: RetryPolicy = { attempts: 4, patience: 30_000, throttlePatience: 60_000, pause: 500 };

/** The server refused a request for its rate; `until` is when it may be sent again, milliseconds since the epoch. */
export class ThrottledError extends CurfewError {
  readonly until: number;

  constructor(message: string, until: number) {
    super("throttled", message, { retryable: true, detail: "too many requests" });
    this.until = until;
  }
}

/** What retrying needs from outside. */
export interface RetryParts {
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  policy: RetryPolicy;
  /** Called before each further attempt. */
  onRetry: () => void;
}

/** One attempt; it says when it really begins, so that waiting for its turn does not count as waiting for an answer. */
export type Attempt<T> = (begun: () => void) => Promise<T>;

/**
 * Runs `attempt` until it succeeds, fails for good, or patience ends; then the last error is thrown.
 * Only for requests that may be repeated.
 */
export async function withRetries<T>(attempt: Attempt<T>, parts: RetryParts, signal: AbortSignal): Promise<T> {
  let spent = 0;
  let failures = 0;
  let refusals = 0;
  for (;;) {
    let begunAt = parts.clock.now();
    try {
      return await attempt(() => {
        begunAt = parts.clock.now();
      });
    } catch (error) {
      if (!(error instanceof CurfewError) || !error.retryable || signal.aborted) throw error;
      const now = parts.clock.now();
      const throttled = hasCode(error, "throttled");
      if (throttled) refusals += 1;
      else failures += 1;
      const pause = throttled ? refusalPause(error, refusals, now, parts) : jitter(failures, parts);
      const patience = throttled ? parts.policy.throttlePatience : parts.policy.patience;
      spent += now - begunAt + pause;
      if (failures >= parts.policy.attempts || spent > patience) throw error;
      await parts.clock.sleep(pause, signal);
      parts.onRetry();
    }
  }
}

/** Full jitter: anything up to twice the longest pause before it. Source: AWS Architecture Blog, "Exponential Backoff And Jitter". */
function jitter(failures: number, { policy, random }: RetryParts): number {
  return random() * policy.pause * 2 ** (failures - 1);
}

/** As long as the server asks for, and never shorter than a growing pause: some servers ask for nothing. */
function refusalPause(error: CurfewError, refusals: number, now: number, parts: RetryParts): number {
  const asked = error instanceof ThrottledError ? error.until - now : 0;
  const least = parts.policy.pause * 2 ** (refusals - 1);
  return Math.max(asked, least * (0.5 + parts.random() / 2));
}
