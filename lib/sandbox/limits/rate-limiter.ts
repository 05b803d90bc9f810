import type { Plan } from "../plan.ts";
import { type EndpointLimit, PLAN_LIMITS } from "./plan-limits.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/** What `x-ratelimit-reset` means: Auth0's documentation does not say which. */
export type ResetMeaning = "bucket-full" | "next-token";

/** The limiter's word on one request. */
export interface RateDecision {
  allowed: boolean;
  /** `x-ratelimit-limit`, `-remaining` and `-reset` (epoch seconds) of the bucket that is closest to the request. */
  headers: Record<string, string>;
  /** The bucket that refused, or the one the headers describe. */
  bucket: { name: string; size: number; general: boolean };
}

/** Decides on one request; a refused one takes nothing. */
export type RateLimiter = (method: string, path: string, now: number) => RateDecision;

/** Buckets as Auth0 has them for `plan`. */
export function createRateLimiter(plan: Plan, reset: ResetMeaning = "bucket-full"): RateLimiter {
  const limits = PLAN_LIMITS[plan];
  const general = createTokenBucket(limits.general);
  const endpoints = limits.endpoints.map((limit) => ({ limit, bucket: createTokenBucket(limit) }));
  return (method, path, now) => {
    const endpoint = endpoints.find(({ limit }) => applies(limit, method, path));
    const buckets = !endpoint ? [general] : endpoint.limit.alsoGeneral ? [endpoint.bucket, general] : [endpoint.bucket];
    const exhausted = buckets.find((bucket) => bucket.available(now) < 1);
    if (!exhausted) for (const bucket of buckets) bucket.take(now);
    const described = exhausted ?? buckets[0] ?? general;
    return {
      allowed: exhausted === undefined,
      headers: limitHeaders(described, now, reset),
      bucket: { name: described.limit.name, size: described.limit.burst, general: described === general },
    };
  };
}

function applies(limit: EndpointLimit, method: string, path: string): boolean {
  return limit.methods.includes(method) && limit.path.test(path);
}

function limitHeaders(bucket: TokenBucket, now: number, reset: ResetMeaning): Record<string, string> {
  const resetAt = reset === "bucket-full" ? bucket.fullAt(now) : bucket.nextAt(now);
  return {
    "x-ratelimit-limit": String(bucket.limit.burst),
    "x-ratelimit-remaining": String(bucket.available(now)),
    "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
  };
}
