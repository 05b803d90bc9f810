import type { Clock } from "../model/clock.ts";
import type { BucketLimit } from "./rate-limits.ts";

/** The share of the documented rate that is used: two clocks never agree exactly, and a refused request costs more. */
const USED_SHARE = 0.98;

/**
 * Who is refused shares the limit with others, or its plan is smaller than it is said to be. So the rate is halved,
 * and comes back by 2 % with every answer: what others leave is found within a few refusals.
 */
const RECOVERY = 1.02;
/** The share of the planned rate below which nothing is slowed down. */
const SLOWEST = 1 / 64;
/** Requests that were under way together are refused together, and slow down once. Milliseconds. */
const ONE_REFUSAL = 1_000;

/** A client's model of one of the server's token buckets. */
export interface TokenBucket {
  readonly burst: number;
  /** Resolves, in order of arrival, when a request may be sent. Every take is followed by one settle. */
  take(signal: AbortSignal): Promise<void>;
  /** The request was answered or has failed. */
  settle(): void;
  /**
   * The server said, in an answer to a request sent `age` milliseconds ago, how many requests were left then,
   * and how many there are at the most.
   */
  correct(remaining: number, age: number, limit?: number): void;
  /** The server refused a request: nothing is sent before `until` (milliseconds since the epoch). */
  block(until: number): void;
}

/**
 * Models a server's token bucket so that the server is never asked too early.
 *
 * When the server takes a token is unknown: somewhere between sending and answer. A token therefore counts as
 * taken from the moment of sending, and begins to come back only with the answer. Whatever the latency, this
 * level is never above the server's, so a lone client is never refused; and while requests wait, the level stays
 * below the burst, so the full sustained rate is used.
 */
export function createTokenBucket(limit: BucketLimit, clock: Clock): TokenBucket {
  const planned = (limit.perSecond * USED_SHARE) / 1000;
  let perMillisecond = planned;
  let slowedAt = Number.NEGATIVE_INFINITY;
  let burst = limit.burst;
  let level = burst;
  let inFlight = 0;
  let refilledAt = clock.now();
  let blockedUntil = 0;
  let queue: Promise<unknown> = Promise.resolve();

  const refill = (): number => {
    const now = clock.now();
    level = Math.min(burst, level + Math.max(0, now - refilledAt) * perMillisecond);
    refilledAt = now;
    return now;
  };

  const waitForToken = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      const now = refill();
      const missing = 1 - (level - inFlight);
      const wait = Math.max(blockedUntil - now, missing / perMillisecond);
      if (wait <= 0) break;
      await clock.sleep(Math.ceil(wait), signal);
    }
    inFlight += 1;
  };

  return {
    get burst() {
      return burst;
    },
    take(signal) {
      const turn = queue.then(() => waitForToken(signal));
      queue = turn.catch(() => undefined); // the one who waits hears of it; the next in line goes on
      return turn;
    },
    settle() {
      refill();
      inFlight -= 1;
      level -= 1;
      perMillisecond = Math.min(planned, perMillisecond * RECOVERY);
    },
    correct(remaining, age, serverLimit) {
      refill();
      if (serverLimit !== undefined && serverLimit >= 1) burst = Math.min(burst, serverLimit);
      // The most that can be left now: `remaining` is rounded down and as old as the request at the most,
      // and requests in flight may be counted in it already.
      const mostLeft = remaining + 1 + age * perMillisecond;
      level = Math.min(level, mostLeft + inFlight);
    },
    block(until) {
      const now = refill();
      if (now - slowedAt >= ONE_REFUSAL) {
        perMillisecond = Math.max(planned * SLOWEST, perMillisecond / 2);
        slowedAt = now;
      }
      blockedUntil = Math.max(blockedUntil, until);
      level = Math.min(level, inFlight);
    },
  };
}
