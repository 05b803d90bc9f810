import type { Clock } from "../model/clock.ts";
import type { LimitGroup, PlanLimits } from "./rate-limits.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/** What the server said about its limits in one answer. */
export interface RateHeaders {
  limit?: number;
  remaining?: number;
}

/** Leave to send one request. Settle it when the answer is there, or when there is none. */
export interface Permit {
  settle(headers?: RateHeaders): void;
  /** The request was refused for its rate: its buckets stay closed until then (milliseconds since the epoch). */
  refuse(until: number): void;
}

/** Paces all requests to one tenant. */
export interface Pacer {
  acquire(group: LimitGroup, signal: AbortSignal): Promise<Permit>;
}

/** One pacer a tenant: a token bucket for each limit of its plan, corrected by what the server answers. */
export function createPacer(limits: PlanLimits, clock: Clock): Pacer {
  const buckets = new Map(
    Object.entries(limits.buckets).map(([name, limit]) => [name, createTokenBucket(limit, clock)]),
  );

  return {
    async acquire(group, signal) {
      const taken: TokenBucket[] = [];
      try {
        // The narrow bucket first: while one request waits there, the wide one serves others.
        for (const name of limits.takes[group]) {
          const bucket = buckets.get(name);
          if (!bucket) continue;
          await bucket.take(signal);
          taken.push(bucket);
        }
      } catch (error) {
        for (const bucket of taken) bucket.settle();
        throw error;
      }
      return permit(taken, clock);
    },
  };
}

/**
 * Rates are given per second or per minute, so a bucket holds a token again within a minute. Who is told to wait
 * longer has met a limit of that endpoint alone, and the others need not wait with it.
 */
const LONGEST_REFILL = 60_000;

function permit(buckets: readonly TokenBucket[], clock: Clock): Permit {
  const sentAt = clock.now();
  return {
    settle(headers = {}) {
      for (const bucket of buckets) bucket.settle();
      const { remaining, limit } = headers;
      if (remaining === undefined) return;
      // The headers speak of one bucket and do not say which: the one of that size, else the narrowest.
      const meant = buckets.find((bucket) => bucket.burst === limit) ?? buckets[0];
      meant?.correct(remaining, clock.now() - sentAt, buckets.length === 1 ? limit : undefined);
    },
    refuse(until) {
      const isBucket = until - clock.now() <= LONGEST_REFILL;
      for (const bucket of buckets) {
        bucket.settle();
        if (isBucket) bucket.block(until);
      }
    },
  };
}
