import type { Stored } from "../../history/update-row.ts";
import type { Incident } from "../incident/incident.ts";
import { readInvestigation } from "../investigate/investigation-record.ts";
import type { IncidentParts } from "../parts.ts";
import { isPlanted, NOTHING_PLANTED, type PlantedUses, withPlantedUse } from "./planted.ts";
import { putWatch, type WatchRecord } from "./watch-record.ts";

/**
 * Follows what looking back has found to be planted. It has read as far as the log went then; what came in between, and
 * was passed by the watch, is read once more for these alone.
 */
export async function followFound(
  { id }: Incident,
  known: Stored<WatchRecord>,
  { table, tenant }: IncidentParts,
): Promise<Stored<WatchRecord>> {
  const found = (await readInvestigation(table, id))?.value;
  const clients = (found?.planted ?? NOTHING_PLANTED).clients.filter(
    (one) => !known.value.planted.clients.includes(one),
  );
  if (!found?.isRead || clients.length === 0) return known;
  const until = known.value.position ?? "";
  let planted: PlantedUses = { ...known.value.planted, clients: [...known.value.planted.clients, ...clients] };
  for await (const page of (found.position ?? "") < until ? tenant.logEvents(found.position ?? undefined) : []) {
    const passed = page.filter((event) => event.id <= until && isPlanted(event, { clients, notFollowed: 0 }));
    planted = passed.reduce(withPlantedUse, planted);
    if (page.some((event) => event.id > until)) break;
  }
  const value = { ...known.value, planted };
  return (await putWatch(table, id, value, known.version)) ? { value, version: known.version + 1 } : known;
}
