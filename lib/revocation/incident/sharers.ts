import type { Table } from "../../store/table.ts";
import { type Incident, keeperOf, type StepResult } from "./incident.ts";
import { readIncident } from "./incidents.ts";

/**
 * The incidents that keep together what an application had, see {@link keeperOf}, this one among them: what any of them
 * took away, the last of them gives back.
 *
 * @throws CurfewError `store-failed`
 */
export async function sharersOf(table: Table, incident: Incident): Promise<Incident[]> {
  const last = await lastOf(table, incident);
  const others = [last.id, ...(last.follows ?? [])].filter((id) => id !== incident.id);
  const read = await Promise.all(others.map((id) => readIncident(table, id)));
  return [incident, ...read.filter((other) => keeperOf(other) === keeperOf(incident))];
}

const lastOf = async (table: Table, incident: Incident): Promise<Incident> =>
  incident.followedBy === undefined ? incident : lastOf(table, await readIncident(table, incident.followedBy));

/** What a step could not store, and people were told instead: only they know it. */
export const toldBy = (result: StepResult | undefined): readonly string[] =>
  result && "told" in result ? (result.told ?? []) : [];
