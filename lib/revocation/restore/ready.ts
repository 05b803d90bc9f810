import { type Incident, isComplete, stoppedAt } from "../incident/incident.ts";

/**
 * Whether access can be given back: what leaked is replaced and no new token was given out. Before that, whoever has
 * what leaked would be the first to use it. Where it was opened before, maybe by a later incident, both were so then.
 *
 * @returns null when it can; else why not
 */
export function whyNotReady(incident: Pick<Incident, "leak" | "steps" | "drill" | "restored">): string | null {
  const { leak, steps, drill, restored } = incident;
  if (stoppedAt(incident) === null) return "it is not proven that no new token is given out";
  if (!drill && !restored && leak?.levers.includes("rotate") && !isComplete(steps.rotate)) {
    return "the credential that leaked is not replaced yet";
  }
  return null;
}
