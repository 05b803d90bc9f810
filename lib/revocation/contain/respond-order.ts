import type { Instant } from "../../history/history.ts";
import type { ErrorCode } from "../../model/curfew-error.ts";
import type { Seconds } from "../../model/duration.ts";
import { isOpened } from "../incident/how-far.ts";
import { type Incident, type IncidentStep, isComplete } from "../incident/incident.ts";
import { LEVERS } from "../leak/leak-kinds.ts";

/** The lock first, in as few requests as there can be; then what stops more, and then what nothing waits for. */
const CONTAINING = ["lock", "detach-key", "contain", "network-acl", "look"] as const satisfies readonly IncidentStep[];
export type ContainingStep = (typeof CONTAINING)[number];

/** What an incident's main line does, in this order; `watch` then goes on until the window closes. */
const MAIN_LINE = [...CONTAINING, "rotate", "prove", "window", "watch"] as const;
export type RespondStep = (typeof MAIN_LINE)[number];

/** What comes next. */
export interface Next {
  step: RespondStep;
  /** Before it. */
  wait: Seconds;
}

/**
 * For so long after it was opened, or the leaked key was named, an incident tries to complete its containment; then each
 * turn of watching does. Milliseconds.
 */
const PATIENCE = 15 * 60_000;

/** Between two tries of a step. */
const PAUSE: Seconds = 10;

/**
 * What comes next on the main line: everything that contains once, what is missing of it again and again, then the new
 * credential, the proof, the window, and watching.
 *
 * It follows from the record, so that whoever goes on after a crash does the same. The proof is wanted again whenever
 * it is older than something that was taken away, because something had put that back.
 *
 * @param after the step that was tried last, whatever came of it: one that could not even be recorded keeps none of the
 * others back
 */
export function nextStep(incident: Incident, now: Instant, after?: RespondStep): Next {
  const { steps, openedAt, keyNamed } = incident;
  const isEarly = now < (keyNamed?.at ?? openedAt) + PATIENCE;
  const position = after === undefined ? -1 : MAIN_LINE.indexOf(after);
  const untried = CONTAINING.find((step, index) => index > position && steps[step] === undefined);
  if (untried) return { step: untried, wait: 0 };
  const missing = position < CONTAINING.length && isEarly ? oldestMissing(steps) : undefined;
  if (missing) {
    const wasJustTried = CONTAINING.indexOf(missing) <= position;
    return { step: missing, wait: wasJustTried ? PAUSE : pauseAfter(steps[missing]?.at ?? now, now) };
  }
  const rest = MAIN_LINE.slice(Math.max(position + 1, CONTAINING.length));
  return { step: rest.find((step) => isWanted(incident, step)) ?? "watch", wait: 0 };
}

type Steps = Incident["steps"];

/** What was tried longest ago, so that each of them has its turn. */
function oldestMissing(steps: Steps): ContainingStep | undefined {
  const at = (step: ContainingStep): Instant => steps[step]?.at ?? 0;
  return CONTAINING.filter((step) => holdsUp(steps, step)).sort((a, b) => at(a) - at(b))[0];
}

/**
 * Whether the rest waits for a step. Only where trying again soon can help: the new credential stops tokens, too. What
 * is looked at, and what ends tokens early, nothing waits for.
 */
function holdsUp(steps: Steps, step: ContainingStep): boolean {
  const result = steps[step];
  if (!LEVERS.some((lever) => lever === step)) return false;
  return result === undefined || (result.outcome === "incomplete" && result.code !== null && PASSING.has(result.code));
}

/** What may be over in a minute. */
export const PASSING: ReadonlySet<ErrorCode> = new Set([
  "throttled",
  "unreachable",
  "timed-out",
  "service-failed",
  "unexpected-answer",
  "token-expired",
  "store-failed",
]);

const pauseAfter = (at: Instant, now: Instant): Seconds => Math.max(0, Math.ceil((at - now) / 1000) + PAUSE);

function isWanted(incident: Incident, step: RespondStep): boolean {
  const { steps, window } = incident;
  if (step === "rotate") return steps.rotate === undefined;
  if (step === "prove") return isProofWanted(incident);
  return step === "window" ? window === null : true;
}

/** What was given back is given out again: then there is nothing to prove. */
function isProofWanted(incident: Incident): boolean {
  const { steps } = incident;
  const proof = steps.prove;
  if (isOpened(incident) || isComplete(steps.restore)) return false;
  const isNewer = (lever: IncidentStep): boolean =>
    isComplete(steps[lever]) && (steps[lever]?.at ?? 0) > (proof?.at ?? 0);
  return proof === undefined || LEVERS.some((lever) => lever !== "rotate" && isNewer(lever));
}
