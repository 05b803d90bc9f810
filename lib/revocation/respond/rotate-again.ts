import type { Instant } from "../../history/history.ts";
import { type Incident, isContained } from "../incident/incident.ts";

/** Between two tries of what could not be done: milliseconds, however often the incident is watched. */
const BETWEEN_TRIES = 600_000;

/**
 * Whether what leaked should be replaced and proven dead once more, by the function that may: something was not done
 * yet, or was put back and taken away again, which makes every proof an old one.
 *
 * A credential of an application that is gone, or that nobody can replace, is no reason.
 */
export function shouldRotateAgain(incident: Incident, now: Instant): boolean {
  if (incident.drill) return false;
  const { rotate, prove } = incident.steps;
  const tried = Math.max(rotate?.at ?? 0, prove?.at ?? 0);
  const pulled = Math.max(...(["lock", "detach-key", "contain"] as const).map((step) => incident.steps[step]?.at ?? 0));
  const isOld = prove?.outcome === "done" && prove.at < pulled && incident.leak?.isContainable === true;
  if (isOld && !isContained(incident)) return true;
  const isMissing = rotate?.outcome === "incomplete" || prove?.outcome === "incomplete" || !rotate || !prove;
  return isMissing && now >= tried + BETWEEN_TRIES;
}
