import type { Instant } from "../../history/history.ts";
import type { Key, Table } from "../../store/table.ts";
import { type Incident, incidentPartition, isComplete, stoppedAt } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";

/**
 * Whether access can be given back: what leaked is replaced and no new token was given out. Before that, whoever has
 * what leaked would be the first to use it.
 *
 * @returns null when it can; else why not
 */
export function whyNotReady(incident: Pick<Incident, "leak" | "steps" | "drill" | "restored">): string | null {
  const { leak, steps, drill } = incident;
  if (stoppedAt(incident) === null) return "it is not proven that no new token is given out";
  if (!drill && leak?.levers.includes("rotate") && !isComplete(steps.rotate)) {
    return "the credential that leaked is not replaced yet";
  }
  return null;
}

/** `INCIDENT#<id>`, `RESTORING`: that giving back was begun; from then on it is finished. */
const begunKey = (incident: string): Key => ({ partition: incidentPartition(incident), sort: "RESTORING" });

export const wasBegun = async ({ id }: Incident, { table }: { table: Table }): Promise<boolean> =>
  (await table.get<{ at: Instant }>(begunKey(id))) !== undefined;

export async function noteBegun(
  { id }: Incident,
  { table, clock }: Pick<IncidentParts, "table" | "clock">,
): Promise<void> {
  await table.put(begunKey(id), { at: clock.now() }, { ifVersion: 0 });
}
