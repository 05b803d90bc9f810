import type { Instant } from "../../history/history.ts";
import type { Seconds } from "../../model/duration.ts";
import type { Incident, IncidentStep } from "../incident/incident.ts";

/** What an incident's main line does, in this order. `watch` goes on beside the rest until the window closes. */
export type RespondStep = (typeof CONTAINING)[number] | "rotate" | "prove" | "window" | "watch";

/** What comes next. */
export interface Next {
  step: RespondStep;
  /** Before it. */
  wait: Seconds;
}

/** The lock first, in as few requests as there can be; then what stops more, and then what nothing waits for. */
const CONTAINING = ["lock", "detach-key", "contain", "network-acl", "look"] as const satisfies readonly IncidentStep[];

/** For so long after it was opened an incident tries to complete these before it goes on; then each turn of watching does. */
const PATIENCE = 15 * 60_000;

/** Between two tries of a step. */
const PAUSE: Seconds = 10;

/**
 * What comes next on the main line of an incident: each of the steps that contain once, those that are missing again
 * and again, then the new credential, the proof and the window.
 *
 * It follows from the record alone, so whoever goes on after a crash does the same. The proof is wanted again whenever
 * it is older than something that was taken away: something had put that back.
 */
export function nextStep({ steps, openedAt, window }: Incident, now: Instant): Next {
  const first = CONTAINING.find((step) => steps[step] === undefined);
  if (first) return { step: first, wait: 0 };
  const missing = oldest(
    CONTAINING.filter((step) => isMissing(steps, step)),
    steps,
  );
  if (missing && now < openedAt + PATIENCE) return { step: missing, wait: pauseAfter(steps[missing]?.at, now) };
  if (steps.rotate === undefined) return { step: "rotate", wait: 0 };
  if (isProofWanted(steps)) return { step: "prove", wait: 0 };
  return { step: window === null ? "window" : "watch", wait: 0 };
}

type Steps = Incident["steps"];

/** Looking holds nothing up: a turn of watching tries it again. */
const isMissing = (steps: Steps, step: (typeof CONTAINING)[number]): boolean =>
  step !== "look" && steps[step]?.outcome === "incomplete";

const oldest = <Step extends IncidentStep>(candidates: readonly Step[], steps: Steps): Step | undefined =>
  [...candidates].sort((a, b) => (steps[a]?.at ?? 0) - (steps[b]?.at ?? 0))[0];

const pauseAfter = (at: Instant | undefined, now: Instant): Seconds =>
  Math.max(0, Math.ceil(((at ?? now) + PAUSE * 1000 - now) / 1000));

function isProofWanted(steps: Steps): boolean {
  const proof = steps.prove;
  return (
    proof === undefined || (["lock", "detach-key", "contain"] as const).some((step) => takenAt(steps, step) > proof.at)
  );
}

const takenAt = (steps: Steps, step: IncidentStep): Instant => {
  const result = steps[step];
  return result?.outcome === "done" || result?.outcome === "paged" ? result.at : Number.NEGATIVE_INFINITY;
};
