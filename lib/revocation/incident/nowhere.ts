import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import type { Incident } from "./incident.ts";
import { changeIncident } from "./incidents.ts";

/**
 * Since when it is known that there is no such application: its id was mistyped, or it was deleted before anybody
 * looked. Nothing is given out for it; if it was deleted, tokens may be out. Null for every other incident.
 */
export const nowhereSince = ({ leak, steps: { lock } }: Pick<Incident, "leak" | "steps">): Instant | null =>
  lock?.outcome === "not-applicable" && leak?.levers.includes("lock") === true ? lock.at : null;

/** Whether there is no such application, be it deleted since or never there: who looks again and again keeps it right. */
export const isNotThere = (incident: Pick<Incident, "leak" | "steps" | "goneSince">): boolean =>
  incident.goneSince !== undefined || nowhereSince(incident) !== null;

/** Keeps that an application that was there is gone, or is there after all. Who cannot look themselves go by it. */
export async function noteGone(table: Table, { id, goneSince }: Incident, now: Instant | null): Promise<void> {
  if ((goneSince === undefined) === (now === null)) return;
  await changeIncident(table, id, ({ goneSince: known, ...incident }) =>
    now === null ? incident : { ...incident, goneSince: known ?? now },
  );
}
