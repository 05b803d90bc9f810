import { boundedResponder } from "../bounded-responder.ts";
import { type Incident, type IncidentStep, isComplete } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";
import type { Came } from "./came.ts";
import { startKeeping } from "./keeping.ts";
import { recordRun } from "./record-run.ts";
import { type StepRun, wasComplete } from "./step-run.ts";

/** What a run came to. */
export interface Ended {
  /** As it is now. */
  incident: Incident;
  /** What was complete before, and could not be looked at again; the record stays as it is. */
  unseen: readonly string[];
}

/**
 * Runs a step once and records how far it came. A drill that has looked does not look again: what it would take away is
 * still there.
 *
 * @throws CurfewError `store-failed` when it cannot be recorded or told; what was done is done
 */
export async function runStep(
  step: IncidentStep,
  incident: Incident,
  parts: IncidentParts,
  work: (run: StepRun) => Promise<Came>,
): Promise<Ended> {
  if (incident.drill && isComplete(incident.steps[step])) return { incident, unseen: [] };
  const run = startStep(step, incident, parts);
  const came = await work(run);
  // One failed look does not make undone what was done; who looks again and again says how long nobody could.
  if (came.outcome === "incomplete" && came.isUnseen && wasComplete(run)) return { incident, unseen: came.missing };
  return { incident: await recordRun(run, came), unseen: [] };
}

function startStep(step: IncidentStep, incident: Incident, parts: IncidentParts): StepRun {
  const known = incident.steps[step];
  return {
    step,
    incident,
    parts,
    tenant: boundedResponder(parts),
    keeping: startKeeping(parts.clock),
    entries: [],
    told: new Set(known && "told" in known ? known.told : []),
    putBack: known?.outcome === "incomplete" ? known.putBack : undefined,
    judgedBy: undefined,
    leak: undefined,
  };
}
