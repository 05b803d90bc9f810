/** Size and refill of a token bucket. */
export interface BucketLimit {
  /** How Auth0's log event names the bucket. */
  name: string;
  /** Requests that may come at once. */
  burst: number;
  /** Requests per second once the burst is spent. */
  perSecond: number;
}

/** A bucket that fills continuously with the clock it is asked with. Times in milliseconds since the Unix epoch. */
export interface TokenBucket {
  readonly limit: BucketLimit;
  /** Whole tokens in the bucket. */
  available(now: number): number;
  take(now: number): void;
  /** When the bucket is full again. */
  fullAt(now: number): number;
  /** When the next whole token is there. */
  nextAt(now: number): number;
}

/** Fractions of a token that are rounding errors of the refill. */
const TOLERANCE = 1e-6;

/** A full bucket. */
export function createTokenBucket(limit: BucketLimit): TokenBucket {
  let tokens = limit.burst;
  let countedAt = Number.NEGATIVE_INFINITY;
  const refill = (now: number) => {
    if (now > countedAt && countedAt !== Number.NEGATIVE_INFINITY) {
      tokens = Math.min(limit.burst, tokens + ((now - countedAt) / 1000) * limit.perSecond);
    }
    countedAt = now;
  };
  const timeUntil = (wanted: number) => (Math.max(0, wanted - tokens) / limit.perSecond) * 1000;
  return {
    limit,
    available: (now) => {
      refill(now);
      return Math.floor(tokens + TOLERANCE);
    },
    take: (now) => {
      refill(now);
      tokens = Math.max(0, tokens - 1);
    },
    fullAt: (now) => {
      refill(now);
      return now + timeUntil(limit.burst);
    },
    nextAt: (now) => {
      refill(now);
      return now + timeUntil(Math.floor(tokens + TOLERANCE) + 1);
    },
  };
}
