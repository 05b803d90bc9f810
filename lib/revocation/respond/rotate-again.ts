import type { Instant } from "../../history/history.ts";
import { nextStep } from "../contain/respond-order.ts";
import type { Incident } from "../incident/incident.ts";

/** Between two tries of what could not be done: milliseconds, however often the incident is watched. */
const BETWEEN_TRIES = 600_000;

/**
 * Whether what leaked should be replaced and proven dead once more, by the function that may: it was not done yet, or
 * something was put back and taken away again, which makes every proof an old one.
 */
export function shouldRotateAgain(incident: Incident, now: Instant): boolean {
  if (incident.drill || incident.restored) return false;
  const { step } = nextStep(incident, now);
  if (step === "rotate" || step === "prove") return true;
  const { rotate, prove } = incident.steps;
  const isMissing = rotate?.outcome === "incomplete" || prove?.outcome === "incomplete";
  return isMissing && now >= Math.max(rotate?.at ?? 0, prove?.at ?? 0) + BETWEEN_TRIES;
}
