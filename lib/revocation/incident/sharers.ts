import type { Table } from "../../store/table.ts";
import { type Incident, keeperOf, type StepResult } from "./incident.ts";
import { readIncident } from "./incidents.ts";
import { closesApplication } from "./same-leak.ts";

/**
 * The incidents that keep together what an application had, see {@link keeperOf}, this one among them: what any of them
 * took away, the last of them gives back. What one that takes nothing away does besides is its own.
 *
 * @throws CurfewError `store-failed`
 */
export async function sharersOf(table: Table, incident: Incident): Promise<Incident[]> {
  const isSharer = (other: Incident): boolean =>
    other.id === incident.id || (closesApplication(other) && keeperOf(other) === keeperOf(incident));
  return (await beside(table, incident)).filter(isSharer);
}

/**
 * The ids of the open incidents that take away again what something else gives back, this one among them.
 *
 * @throws CurfewError `store-failed`
 */
export async function guardsOf(table: Table, incident: Incident): Promise<string[]> {
  const all = await beside(table, incident);
  return all.flatMap((one) => (one.closedAt === null && !one.ended && closesApplication(one) ? [one.id] : []));
}

/** This one, and all that it, or one of those, goes on from or that went on from it: some were closed before it was opened. */
async function beside(table: Table, incident: Incident): Promise<Incident[]> {
  const all = new Map([[incident.id, incident]]);
  for (const { followedBy = [], follows = [] } of all.values()) {
    for (const id of [followedBy, follows].flat()) {
      if (!all.has(id)) all.set(id, await readIncident(table, id));
    }
  }
  return [...all.values()];
}

/** What a step could not store, and people were told instead: only they know it. */
export const toldBy = (result: StepResult | undefined): readonly string[] =>
  result && "told" in result ? (result.told ?? []) : [];
