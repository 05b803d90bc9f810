import type { Unit, UnknownReason } from "../model/finding.ts";
import type { Unreadable } from "../model/reported.ts";
import type { Resource } from "../model/resource.ts";
import type { Severity } from "../model/severity.ts";

/** What a check says about one resource. Identity is resource and aspect; everything else may change. */
export type Outcome = { resource: Resource; aspect?: string } & (
  | { verdict: "pass" }
  | ({ verdict: "unknown" } & NotSaid)
  | ({ verdict: "fail" } & Failure)
);

/** What a check must know is not said. */
export interface NotSaid {
  /**
   * `fetch-failed` where Auth0's answer holds something that cannot be understood, `not-reported` where it lacks it,
   * `no-history` where Curfew has not looked for long enough.
   */
  reason: Extract<UnknownReason, "fetch-failed" | "not-reported" | "no-history">;
  /** What it is, in words. */
  detail: string;
}

/** What is wrong: in one sentence for the person who has to mend it. */
export interface Failure {
  severity: Severity;
  message: string;
  /** How to mend this one, in a sentence; left out where the check's own summary says it. */
  remediation?: string;
  /** The value found; left out where there is no threshold or the value is "never". */
  observed?: number;
  /** The lowest limit that failed; left out where there is none. */
  limit?: number;
  unit?: Unit;
}

/** The resource is as it should be. */
export const pass = (resource: Resource, aspect?: string): Outcome => ({
  resource,
  ...(aspect === undefined ? {} : { aspect }),
  verdict: "pass",
});

/** The resource is not as it should be. */
export const fail = (resource: Resource, failure: Failure, aspect?: string): Outcome => ({
  resource,
  ...(aspect === undefined ? {} : { aspect }),
  verdict: "fail",
  ...failure,
});

/** Auth0's answer does not say: the check is then `not-evaluated` for that reason, whatever else it found. */
export const unknown = (resource: Resource, { reason, detail }: NotSaid, aspect?: string): Outcome => ({
  resource,
  ...(aspect === undefined ? {} : { aspect }),
  verdict: "unknown",
  reason,
  detail,
});

/** The answer lacks what has no default. */
export const notReported = (detail: string): NotSaid => ({ reason: "not-reported", detail });

/** The answer holds something that cannot be understood, as a value nobody documented or two that exclude each other. */
export const notUnderstood = (detail: string): NotSaid => ({ reason: "fetch-failed", detail });

/** Nobody has looked for long enough; further audits will know. */
export const noHistory = (detail: string): NotSaid => ({ reason: "no-history", detail });

/** A value came in a form nobody documented. The value itself is not shown. */
export const unreadable = (field: string, value: Unreadable): NotSaid =>
  notUnderstood(`${field} came in a form that Auth0 does not document (${value.unreadable})`);

/** A value has the right type, and is none of those that Auth0 documents. */
export const undocumented = (field: string): NotSaid => notUnderstood(`${field} is not a documented one`);

/**
 * Of several things that the answer does not say, the one to name: first what an audit should have understood.
 * Among equals it depends on the words alone, so that the order of Auth0's list changes nothing.
 */
export function worstOf(notSaid: readonly NotSaid[]): NotSaid | undefined {
  const failed = notSaid.filter(({ reason }) => reason === "fetch-failed");
  return (failed.length > 0 ? failed : notSaid).reduce<NotSaid | undefined>(
    (first, next) => (first === undefined || next.detail < first.detail ? next : first),
    undefined,
  );
}
