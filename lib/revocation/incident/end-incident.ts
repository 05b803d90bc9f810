import { CurfewError } from "../../model/curfew-error.ts";
import type { Table } from "../../store/table.ts";
import type { Incident, IncidentStep } from "./incident.ts";
import { changeIncident } from "./incidents.ts";
import { laterThatDecides } from "./later.ts";
import { addToTimeline } from "./timeline.ts";

/**
 * Records that a person ends an incident that would go on: nobody watches, asks and gives back any more, and the next
 * turn closes it with its evidence. What was taken away stays so, and nothing is called contained by it.
 *
 * Who said so first holds.
 *
 * @throws CurfewError `arguments-invalid` where there is no such incident, or it is closed without that
 */
export async function endIncident(table: Table, id: string, said: NonNullable<Incident["ended"]>): Promise<Incident> {
  const incident = await changeIncident(table, id, (known) =>
    known.closedAt === null ? { ...known, ended: known.ended ?? said } : known,
  );
  const { ended } = incident;
  if (!ended) throw new CurfewError("arguments-invalid", `The incident ${id} is closed already.`);
  const entry = { at: ended.at, who: ended.by, what: `Ended the incident: ${ended.reason}`, answer: null };
  await addToTimeline(table, id, entry);
  return incident;
}

/** Why nothing is done any more, whatever was approved, in a clause; null where it may be done. */
export const whyOver = ({ ended, closedAt }: Pick<Incident, "ended" | "closedAt">): string | null =>
  ended ? "a person has ended the incident" : closedAt === null ? null : "the incident is closed";

/**
 * The same of one step: what is given back a later incident may decide.
 *
 * @throws CurfewError `store-failed`
 */
export async function whyNotDone(table: Table, incident: Incident, step: IncidentStep): Promise<string | null> {
  const why = whyOver(incident);
  const later = why === null && step === "restore" ? await laterThatDecides(table, incident) : undefined;
  return later ? `the incident ${later.id} decides that` : why;
}
