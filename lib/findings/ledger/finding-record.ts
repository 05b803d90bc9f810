import type { Finding } from "../../model/finding.ts";
import type { Severity } from "../../model/severity.ts";
import type { RunKey } from "./run-record.ts";

/** Where a finding stands. */
export type FindingState = "open" | "excepted" | "resolved";

/**
 * A run at which a finding became something else than it was. Runs between two transitions that said something about
 * the finding said the same, so they need not be kept.
 */
export interface Transition {
  run: RunKey;
  state: FindingState;
  severity: Severity;
}

/** `FINDING#<id>` of a tenant. */
export interface FindingRecord extends Pick<Finding, "id" | "check" | "resource" | "aspect"> {
  /** As the newest run saw it that saw it at all. */
  latest: Pick<Finding, "severity" | "message" | "observed" | "limit" | "unit" | "exception"> & { run: RunKey };
  /** In the order of their runs; never empty. */
  transitions: readonly Transition[];
  /** What was folded away of very long histories. */
  folded?: { firstSeen: string; regressions: number };
}
