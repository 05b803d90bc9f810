import type { Resource } from "./resource.ts";
import type { Severity } from "./severity.ts";

/** The unit of `observed` and `limit`: every duration is in seconds, session hours included. */
export type Unit = "seconds" | "count";

/** Who accepted a finding, why and until when. */
export interface AcceptedException {
  reason: string;
  owner: string;
  /** The last day, UTC, on which the exception holds: `YYYY-MM-DD`. */
  expires: string;
}

/** Something that is wrong with one resource of one tenant. This is also its shape in JSON. */
export interface Finding {
  /** Hash of tenant, check, resource type, resource id and aspect: it survives any change of wording, value or order. */
  id: string;
  check: string;
  severity: Severity;
  status: "open" | "excepted";
  resource: Resource;
  /** Tells findings of one check on one resource apart, for instance `absolute` and `idle`. */
  aspect: string | null;
  /** The value found; null where the check has no threshold, or where the value is "never". */
  observed: number | null;
  /** The lowest threshold that failed; null where there is none. */
  limit: number | null;
  unit: Unit | null;
  message: string;
  remediation: string;
  exception: AcceptedException | null;
}

/** Why a section could not be read, or a check could not be evaluated. */
export const UNKNOWN_REASONS = [
  "missing-scope",
  "feature-unavailable",
  "fetch-failed",
  "truncated",
  "time-out",
  "defect",
  "no-history",
  "not-reported",
] as const;

export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

/** What became of one check in one tenant. `evaluated` and `failed` count outcomes, excepted ones included. */
export type CheckResult =
  | { id: string; status: "pass" | "fail"; evaluated: number; failed: number }
  | { id: string; status: "not-evaluated"; reason: UnknownReason; detail: string | null }
  | { id: string; status: "off" };
