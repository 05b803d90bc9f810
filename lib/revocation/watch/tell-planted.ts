import type { Stored } from "../../history/update-row.ts";
import { tellIncident } from "../alerts/tell.ts";
import type { Incident } from "../incident/incident.ts";
import { readInvestigation } from "../investigate/investigation-record.ts";
import type { IncidentParts } from "../parts.ts";
import { isPlanted, NOTHING_PLANTED, type PlantedUses, withPlantedUse } from "./planted.ts";
import { changeWatch, putWatch, type WatchRecord } from "./watch-record.ts";

/** An application that was added for good reasons may be used every second. Milliseconds. */
const BETWEEN = 3_600_000;

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

/** Tells what applications do that were added with what leaked: at once, and then once an hour. */
export async function tellPlanted(
  incident: Incident,
  known: Stored<WatchRecord>,
  parts: IncidentParts,
): Promise<Stored<WatchRecord>> {
  const { untold, toldAt, clients } = known.value.planted;
  if (untold === null || (toldAt !== null && untold.to - toldAt < BETWEEN)) return known;
  const { from, to: at, uses } = untold;
  await tellIncident(incident, { turn: "planted-used", from, at, uses, clients }, parts);
  return changeWatch(parts.table, incident.id, known, (record) =>
    // Somebody else may have added to it, and will tell it.
    JSON.stringify(record.planted.untold) === JSON.stringify(untold)
      ? { ...record, planted: { ...record.planted, untold: null, toldAt: at } }
      : record,
  );
}
