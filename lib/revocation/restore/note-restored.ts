import { type Came, incomplete } from "../contain/came.ts";
import type { StepRun } from "../contain/step-run.ts";
import { whyNotDone, whyOver } from "../incident/end-incident.ts";
import { isBegun } from "../incident/how-far.ts";
import { type Incident, stoppedAt } from "../incident/incident.ts";
import { changeIncident } from "../incident/incidents.ts";
import { closesApplication } from "../incident/same-leak.ts";
import type { IncidentParts } from "../parts.ts";
import { whyNotReady } from "./ready.ts";

export const NOT_BACK = "Access is not given back yet.";

/**
 * Notes that it begins, with the write that sees that it may: from then on the grants that were approved are let alone.
 *
 * @returns why it may not; null where it is begun
 */
export async function noteBegun({ incident, parts }: StepRun): Promise<string | null> {
  const at = parts.clock.now();
  const why = await whyNotDone(parts.table, incident, "restore");
  if (why !== null) return why;
  const whyNot = (known: Incident): string | null =>
    whyOverSince(incident, known) ?? (isBegun(known) ? null : whyNotReady(known));
  const now = await changeIncident(parts.table, incident.id, (known) =>
    known.restoring || known.drill || whyNot(known) !== null ? known : { ...known, restoring: { at } },
  );
  return whyNot(now);
}

/** Why it is over by now, where nothing was in its way before: another incident may go on from it since. */
const whyOverSince = (before: Incident, now: Incident): string | null =>
  whyOver(now) ?? (now.followedBy === before.followedBy ? null : `the incident ${now.followedBy} decides that`);

/**
 * Keeps until when it was proven that nothing is given out: after the next request nobody can prove it again. What was
 * planted and taken away meanwhile makes the proof an old one; the lock still holds, and watching has it proven anew.
 */
export async function noteRestored({ incident, parts }: StepRun): Promise<Came | undefined> {
  const at = parts.clock.now();
  const now = await changeIncident(parts.table, incident.id, (known) => {
    const stop = whyOverSince(incident, known) === null ? stoppedAt(known) : null;
    return known.restored || stop === null ? known : { ...known, restored: { at, stoppedAt: stop } };
  });
  if (!now.restored) {
    const why = whyOverSince(incident, now) ?? "it is to be proven once more that no token is given out";
    return incomplete(NOT_BACK, [why], null);
  }
  const { at: since, stoppedAt: stop } = now.restored;
  const opened = { at: since, stoppedAt: stop, by: incident.id };
  await changeEarlier(
    incident,
    parts,
    (earlier) => earlier.restored ?? { ...opened, stoppedAt: stoppedAt(earlier) ?? stop },
  );
  return undefined;
}

/**
 * An earlier incident may still watch: what the application does from now on is its own work there, too. One that took
 * nothing away has nothing given back: what it is about works on.
 */
async function changeEarlier(
  { follows = [] }: Incident,
  { table }: IncidentParts,
  restored: (earlier: Incident) => Incident["restored"],
): Promise<void> {
  for (const id of follows) {
    await changeIncident(table, id, (earlier) => {
      const next = earlier.closedAt === null && closesApplication(earlier) ? restored(earlier) : undefined;
      return next ? { ...earlier, restored: next } : earlier;
    });
  }
}

/** An earlier run could not open it: whatever was given out until now was none of the application's own. */
export async function noteStillLocked({ incident, parts }: StepRun): Promise<void> {
  const at = parts.clock.now();
  await changeIncident(parts.table, incident.id, (known) =>
    known.restored ? { ...known, restored: { ...known.restored, at } } : known,
  );
  await changeEarlier(incident, parts, ({ restored }) =>
    restored?.by === incident.id && !restored.isOpen ? { ...restored, at } : restored,
  );
}

/** That it was seen to be open: in an earlier incident that is all that is to be said of it. */
export const noteOpen = ({ incident, parts }: StepRun): Promise<void> =>
  changeEarlier(incident, parts, ({ restored }) => restored && { ...restored, isOpen: true });
