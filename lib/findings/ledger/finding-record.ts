import type { AcceptedException, Finding } from "../../model/finding.ts";
import type { Severity } from "../../model/severity.ts";
import type { RunKey } from "./run-record.ts";

/** Where a finding stands. */
export type FindingState = "open" | "excepted" | "resolved";

/** What is known of a finding from some run on. */
export interface Standing {
  state: FindingState;
  /** Of a resolved one: what it was before. */
  severity: Severity;
  /** Only when excepted. */
  exception?: AcceptedException;
}

/**
 * A run at which a finding became something else than it was. Runs between two transitions that said something about
 * the finding said the same, so they need not be kept.
 */
export interface Transition extends Standing {
  run: RunKey;
}

/** What was folded away of a very long history. */
export interface Folded {
  /** The first run that saw the finding. */
  firstSeen: RunKey;
  regressions: number;
}

/** What is remembered of a finding. It holds nothing that changes by the mere passing of time. */
export interface FindingHistory extends Pick<Finding, "id" | "check" | "aspect"> {
  /** As the newest run saw it that saw it at all: a name may change. */
  resource: Finding["resource"];
  /** In the order of their runs; never empty. */
  transitions: readonly Transition[];
  folded?: Folded;
}

/** `FINDING#<id>` of a tenant. */
export interface FindingRecord extends FindingHistory {
  /**
   * The last run that wrote here, and what was here before it. As long as that run is not recorded, its write does
   * not count, and this does: null when there was nothing.
   */
  undo: { run: RunKey; before: FindingHistory | null };
}

/** What is remembered of a finding without what a run wrote that has not finished. */
export function countingHistory(
  { undo, ...history }: FindingRecord,
  unfinished: ReadonlySet<RunKey>,
): FindingHistory | undefined {
  return unfinished.has(undo.run) ? (undo.before ?? undefined) : history;
}
