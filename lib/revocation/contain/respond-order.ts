import type { Instant } from "../../history/history.ts";
import type { ErrorCode } from "../../model/curfew-error.ts";
import type { Seconds } from "../../model/duration.ts";
import { type Incident, type IncidentStep, isComplete } from "../incident/incident.ts";
import { LEVERS } from "../leak/leak-kinds.ts";

/** The lock first, in as few requests as there can be; then what stops more, and then what nothing waits for. */
export const CONTAINING = [
  "lock",
  "detach-key",
  "contain",
  "network-acl",
  "look",
] as const satisfies readonly IncidentStep[];

/** What an incident's main line does, in this order; `watch` then goes on until the window closes. */
const MAIN_LINE = [...CONTAINING, "rotate", "prove", "window", "watch"] as const;
export type RespondStep = (typeof MAIN_LINE)[number];

/** What comes next. */
export interface Next {
  step: RespondStep;
  /** Before it. */
  wait: Seconds;
}

/** For so long after it was opened an incident tries to complete its containment; then each turn of watching does. Milliseconds. */
const PATIENCE = 15 * 60_000;

/** Between two rounds. */
const PAUSE: Seconds = 10;

/** Between two tries of a rotation: what it waits for, the vault or somebody else's lease, is not there in seconds. Milliseconds. */
const ROTATION_PAUSE = 5 * 60_000;

/**
 * What comes next on the main line: a round of what contains, again and again while something of it is missing; then
 * the new credential, the proof, the window, and watching.
 *
 * It follows from the record, so that whoever goes on after a crash does the same; and it never stands still where a
 * step could not be recorded: what comes next comes after the one that was tried.
 *
 * @param after the step that was tried last, whatever came of it; null in the beginning
 */
export function nextStep(incident: Incident, now: Instant, after: RespondStep | null): Next {
  const position = after === null ? -1 : MAIN_LINE.indexOf(after);
  const later = CONTAINING.find((step, index) => index > position && isOpen(incident, step));
  if (later) return { step: later, wait: 0 };
  const [missing] = CONTAINING.filter((step) => isOpen(incident, step) && holdsUp(incident, step));
  if (missing && position < CONTAINING.length && now < incident.openedAt + PATIENCE)
    return { step: missing, wait: PAUSE };
  return { step: MAIN_LINE[Math.max(position + 1, CONTAINING.length)] ?? "watch", wait: 0 };
}

/**
 * Whether the rest waits for a step. Only where trying again soon can help: the new credential stops tokens, too. What
 * is looked at, and what ends tokens early, nothing waits for.
 */
function holdsUp({ steps }: Incident, step: (typeof CONTAINING)[number]): boolean {
  const result = steps[step];
  const isLever = LEVERS.some((lever) => lever === step);
  return isLever && (result?.outcome !== "incomplete" || (result.code !== null && PASSING.has(result.code)));
}

/** What may be over in a minute. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  "throttled",
  "unreachable",
  "timed-out",
  "service-failed",
  "unexpected-answer",
  "token-expired",
  "store-failed",
]);

const isOpen = ({ steps }: Incident, step: IncidentStep): boolean =>
  steps[step] === undefined || steps[step]?.outcome === "incomplete";

/** What a turn of watching does, in this order. */
export type TurnStep = "put-back" | "rotate" | "prove" | "window" | "watch";

/**
 * What is to be done in a turn of watching once {@link putBack} looked, which comes first of all. What is incomplete is
 * tried again; the proof also when it is older than something that was taken away, because something had put that back,
 * and with it the window.
 */
export function stepsOfTurn({ leak, steps }: Incident, now: Instant): TurnStep[] {
  const { rotate } = steps;
  const isRotationDue = rotate?.outcome === "incomplete" && now >= rotate.at + ROTATION_PAUSE;
  const isProofDue = (leak?.levers.length ?? 1) > 0 && isProofWanted(steps);
  return [
    ...(isRotationDue ? (["rotate"] as const) : []),
    ...(isProofDue ? (["prove", "window"] as const) : []),
    "watch",
  ];
}

/** What was given back is given out again: then there is nothing to prove. */
function isProofWanted(steps: Incident["steps"]): boolean {
  const proof = steps.prove;
  if (steps.restore !== undefined) return false;
  if (proof === undefined || proof.outcome === "incomplete") return true;
  return LEVERS.some((lever) => lever !== "rotate" && isComplete(steps[lever]) && (steps[lever]?.at ?? 0) > proof.at);
}
