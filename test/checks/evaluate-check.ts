import type { Check, CheckContext } from "../../lib/checks/define-check.ts";
import type { ProfileName } from "../../lib/checks/limits.ts";
import type { Outcome } from "../../lib/checks/outcome.ts";
import type { Sections } from "../../lib/inventory/inventory.ts";
import { aContext } from "../support/inventory.ts";

/**
 * Evaluates a check over sections with the limits of a profile. A check that is off says nothing, and as in an audit
 * one that needs a history is not asked without one.
 */
export function evaluateCheck(
  check: Check,
  sections: Partial<Sections>,
  profile: ProfileName = "baseline",
  context: CheckContext = aContext(),
): Outcome[] {
  const limits = check.limits[profile];
  if (check.needsHistory && !context.history) return [];
  if (check.needsLogs && context.history?.exchanges.status === "unavailable") return [];
  return limits === "off" ? [] : [...check.evaluate(sections, limits, context)];
}

/** What a check says in one word for each outcome: `pass`, `unknown`, or the severity of the finding. */
export const verdicts = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map((outcome) => (outcome.verdict === "fail" ? outcome.severity : outcome.verdict));
