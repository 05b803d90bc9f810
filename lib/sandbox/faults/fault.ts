import type { FeatureRefusal } from "../plan.ts";

/** Which requests a fault befalls. What is left out matches everything. */
export interface FaultMatch {
  /** `GET`, `POST`, … */
  method?: string;
  /** A pattern, or the whole path, in which `*` stands for anything. */
  path?: string | RegExp;
  /** Query parameters that must be there with these values. */
  query?: Record<string, string>;
}

/**
 * What happens to a request. `before` means that the tenant never sees it, `after` that the tenant has done
 * what was asked and only the answer is lost or wrong.
 */
export type FaultEffect =
  /** The answer takes this many milliseconds of the sandbox's clock longer. */
  | { kind: "latency"; milliseconds: number }
  /** 429; with rate limit headers unless `headers` is false; `retryAfter` and `resetIn` in seconds. */
  | { kind: "throttle"; headers?: boolean; retryAfter?: number; resetIn?: number; limit?: "global" | "endpoint" }
  /** A 5xx status, 503 when left out. */
  | { kind: "server-error"; status?: number; when?: "before" | "after" }
  /** The connection breaks without an answer. */
  | { kind: "drop"; when?: "before" | "after" }
  /** There is never an answer. */
  | { kind: "hang"; when?: "before" | "after" }
  /** The answer ends in the middle. */
  | { kind: "malformed-json" }
  /** The answer claims to be something else, HTML when left out. */
  | { kind: "wrong-content-type"; contentType?: string }
  /** A redirect, 302 when left out. */
  | { kind: "redirect"; location: string; status?: number }
  /** A valid JSON object of this many megabytes. */
  | { kind: "huge-body"; megabytes: number }
  /** The page lacks its last items; its total stays. */
  | { kind: "short-page"; missing: number }
  /** The page claims another total. */
  | { kind: "total"; total: number | ((page: number) => number) }
  /** 403, as if the token lacked this scope. */
  | { kind: "missing-scope"; scope: string }
  /** As if the plan lacked the feature; `feature_not_enabled` when left out. */
  | { kind: "missing-feature"; as?: FeatureRefusal }
  /** Any answer; a body that is not a string is sent as JSON. */
  | { kind: "answer"; status: number; body?: unknown; headers?: Record<string, string> };

/** A fault and when it strikes. */
export interface FaultRule {
  match?: FaultMatch;
  /** How many matching requests it befalls; all of them when left out. */
  times?: number;
  /** How many matching requests it lets pass first; none when left out. */
  skip?: number;
  effect: FaultEffect;
}
