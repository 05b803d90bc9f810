import type { Unit } from "../model/finding.ts";
import type { Resource } from "../model/resource.ts";
import type { Severity } from "../model/severity.ts";

/** What a check says about one resource. Identity is resource and aspect; everything else may change. */
export type Outcome = { resource: Resource; aspect?: string } & (
  | { verdict: "pass" }
  | { verdict: "unknown"; detail: string }
  | ({ verdict: "fail" } & Failure)
);

/** What is wrong: in one sentence for the person who has to mend it. */
export interface Failure {
  severity: Severity;
  message: string;
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

/** Auth0's answer does not say: the check is then `not-evaluated` (`not-reported`), whatever else it found. */
export const unknown = (resource: Resource, detail: string, aspect?: string): Outcome => ({
  resource,
  ...(aspect === undefined ? {} : { aspect }),
  verdict: "unknown",
  detail,
});
