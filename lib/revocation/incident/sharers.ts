import type { Table } from "../../store/table.ts";
import { type Incident, keeperOf, type StepResult } from "./incident.ts";
import { readIncident } from "./incidents.ts";
import { laterOnes } from "./later.ts";
import { closesApplication } from "./same-leak.ts";

/**
 * The incidents that keep together what an application had, see {@link keeperOf}, this one among them: what any of them
 * took away, the last of them gives back.
 *
 * @throws CurfewError `store-failed`
 */
export async function sharersOf(table: Table, incident: Incident): Promise<Incident[]> {
  return (await beside(table, incident)).filter((other) => keeperOf(other) === keeperOf(incident));
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

/** This one, and those before and after it. */
async function beside(table: Table, incident: Incident): Promise<Incident[]> {
  const last = (await laterOnes(table, incident)).at(-1) ?? incident;
  const others = [last.id, ...(last.follows ?? [])].filter((id) => id !== incident.id);
  return [incident, ...(await Promise.all(others.map((id) => readIncident(table, id))))];
}

/** What a step could not store, and people were told instead: only they know it. */
export const toldBy = (result: StepResult | undefined): readonly string[] =>
  result && "told" in result ? (result.told ?? []) : [];
