import { type Came, incomplete } from "../contain/came.ts";
import type { StepRun } from "../contain/step-run.ts";
import { type Incident, stoppedAt } from "../incident/incident.ts";
import { changeIncident } from "../incident/incidents.ts";
import type { IncidentParts } from "../parts.ts";

export const NOT_BACK = "Access is not given back yet.";

/**
 * Keeps until when it was proven that nothing is given out: after the next request nobody can prove it again. What was
 * planted and taken away meanwhile makes the proof an old one; the lock still holds, and watching has it proven anew.
 */
export async function noteRestored({ incident, parts }: StepRun): Promise<Came | undefined> {
  const at = parts.clock.now();
  const { restored } = await changeIncident(parts.table, incident.id, (known) => {
    const stop = stoppedAt(known);
    return known.restored || stop === null ? known : { ...known, restored: { at, stoppedAt: stop } };
  });
  if (restored) await noteForEarlier(incident, restored, parts);
  return restored ? undefined : incomplete(NOT_BACK, ["it is to be proven once more that no token is given out"], null);
}

/** An earlier incident may still watch: what the application does from now on is its own work there, too. */
async function noteForEarlier(
  { follows = [] }: Incident,
  restored: NonNullable<Incident["restored"]>,
  { table }: IncidentParts,
): Promise<void> {
  const { at, stoppedAt } = restored;
  for (const id of follows) {
    await changeIncident(table, id, (earlier) =>
      earlier.restored || earlier.closedAt !== null ? earlier : { ...earlier, restored: { at, stoppedAt } },
    );
  }
}

/** An earlier run could not open it: whatever was given out until now was none of the application's own. */
export const noteStillLocked = ({ incident, parts }: StepRun): Promise<Incident> => {
  const at = parts.clock.now();
  return changeIncident(parts.table, incident.id, (known) =>
    known.restored ? { ...known, restored: { ...known.restored, at } } : known,
  );
};
