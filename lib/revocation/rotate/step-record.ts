import { isDeepStrictEqual } from "node:util";
import type { Instant } from "../../history/history.ts";
import type { CurfewError } from "../../model/curfew-error.ts";
import type { Came } from "../contain/came.ts";
import { type Incident, isComplete, type StepResult, stoppedAt } from "../incident/incident.ts";
import { changeIncident, withStep } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import { LEVERS } from "../leak/leak-kinds.ts";
import type { RotateParts } from "./parts.ts";

/** Kept free for writing down what a step came to. Milliseconds. */
export const RECORDING = 10_000;

/**
 * Records how far a step came, and what it did.
 *
 * @returns the incident as it is now; the same where nothing is new
 * @throws CurfewError `store-failed`
 */
export async function recordCame(
  step: "rotate" | "prove",
  incident: Incident,
  came: Came,
  { table, clock }: Pick<RotateParts, "table" | "clock">,
): Promise<Incident> {
  const at = Math.round(clock.now());
  const result = resultOf(came, at);
  const before = incident.steps[step];
  const isOld =
    result.outcome !== "incomplete" &&
    isDeepStrictEqual(saidBy(before), saidBy(result)) &&
    (step === "rotate" || isProven(incident));
  if (isOld) return incident;
  const answer = came.outcome === "incomplete" ? came.missing.join(" ") : came.message;
  const what = WHAT[step][incident.drill ? "would" : "did"];
  await addToTimeline(table, incident.id, { at, who: "curfew", what, answer });
  const stopped = step === "prove" && result.outcome === "done" ? stoppedAt(incident) : null;
  const shown = stopped === null || result.outcome !== "done" ? result : { ...result, at: stopped, ...beginOf(before) };
  return changeIncident(table, incident.id, (known) =>
    withStep(known, step, step === "prove" ? knowing(incident, known, shown) : shown),
  );
}

/** What Curfew was at, for the timeline: what it came to is the answer. In a drill nothing was done. */
const WHAT = {
  rotate: { did: "Saw to a new credential.", would: "Would replace the credential." },
  prove: { did: "Looked for the proof that no new token is given out.", would: "Would ask for tokens, to prove it." },
} as const;

/**
 * A proof by whoever knew only what was taken away until then. Watching takes away again, at any moment, what was put
 * back: of that a proof says nothing that was asked for meanwhile, so it is an older one, and is wanted anew.
 */
function knowing(before: Incident, now: Incident, result: StepResult): StepResult {
  const taken = takenAt(now);
  const isOlder = result.outcome === "done" && taken > takenAt(before);
  return isOlder ? { ...result, at: Math.min(result.at, taken - 1) } : result;
}

/** When something was taken away last. */
const takenAt = ({ steps }: Incident): Instant =>
  Math.max(0, ...LEVERS.map((lever) => (lever !== "rotate" && isComplete(steps[lever]) ? (steps[lever]?.at ?? 0) : 0)));

const isProven = (incident: Incident): boolean => stoppedAt(incident) !== null;

const saidBy = (result: StepResult | undefined) => ({ ...result, at: undefined, began: undefined });

/** A proof that is proven once more began when it began first. */
const beginOf = (result: StepResult | undefined): { began?: Instant } =>
  result?.outcome === "done" && result.began !== undefined ? { began: result.began } : {};

function resultOf(came: Came, at: number): StepResult {
  const { message } = came;
  if (came.outcome === "incomplete") {
    return { at, outcome: came.outcome, message, missing: came.missing, code: came.code };
  }
  if (came.outcome !== "done") return { at, ...came };
  return { at, outcome: "done", message, ...(came.began !== undefined && { began: came.began }) };
}

/** Not done, and why, in the words of the error: they name neither a value nor an answer. */
export const notDone = (message: string, line: string, error: CurfewError): Came => ({
  outcome: "incomplete",
  message,
  missing: [`${line}: ${error.message}`],
  code: error.code,
});
