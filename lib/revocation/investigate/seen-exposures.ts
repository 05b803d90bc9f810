import type { Table } from "../../store/table.ts";
import { ownKeysOf } from "../contain/added.ts";
import { isSinceOpened } from "../incident/how-far.ts";
import type { Incident } from "../incident/incident.ts";
import { readSeen, type SeenEvent } from "../watch/seen.ts";
import { type Exposure, exposures } from "./exposed.ts";
import type { InvestigationRecord } from "./investigation-record.ts";

/**
 * What is exposed by all that is kept by now: of looking back, and of watching. What the application does since access
 * was given back is its own work.
 */
export async function seenExposures(
  incident: Incident,
  { compared, sinceAudit }: Pick<InvestigationRecord, "compared" | "sinceAudit">,
  table: Table,
): Promise<{ exposures: Exposure[]; others: number }> {
  const { id, clientId, leakedSince, replacedAt } = incident;
  const events: SeenEvent[] = [];
  for await (const event of readSeen(table, id)) {
    const isAllowedAgain = event.concern === "counted" && isSinceOpened(event, incident);
    if (event.at >= (leakedSince ?? 0) && !isAllowedAgain) events.push(event);
  }
  const given = { own: await ownKeysOf(incident, table), replacedAt, gained: sinceAudit?.gained };
  return exposures(events, compared?.changes ?? [], clientId, given);
}
