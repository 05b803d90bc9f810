import type { Key, Table } from "../../store/table.ts";
import { incidentPartition } from "../incident/incident.ts";
import type { LogEvent } from "../ports.ts";
import type { Concern } from "./concerns.ts";
import { kindOfUse } from "./log-use.ts";

/** An event of the log that is kept with the incident, because Auth0 will forget it. */
export interface SeenEvent extends LogEvent {
  concern: Concern;
}

/** `INCIDENT#<id>`, `SEEN#<event id>`. */
const PREFIX = "SEEN#";

/** A thief may make any number; what is more is counted. */
export const MOST_SEEN = 5_000;

const seenKey = (incident: string, id: string): Key => ({
  partition: incidentPartition(incident),
  sort: `${PREFIX}${id}`,
});

/** What was changed or shown is always kept; of the rest only what should not be, and refusals are counted only. */
export function isWorthKeeping(event: LogEvent, concern: Concern): boolean {
  const kind = kindOfUse(event);
  return kind === "write" || kind === "secret-read" || (concern === "told" && kind !== "token-refused");
}

/** What is known, with an event that is to be kept, or was one too many. */
export function withKept<R extends { kept: number; notKept: number }>(
  record: R,
  seen: readonly SeenEvent[],
  event: LogEvent,
  concern: Concern,
): { record: R; seen: readonly SeenEvent[] } {
  if (!isWorthKeeping(event, concern)) return { record, seen };
  if (record.kept >= MOST_SEEN) return { record: { ...record, notKept: record.notKept + 1 }, seen };
  return { record: { ...record, kept: record.kept + 1 }, seen: [...seen, { ...event, concern }] };
}

/** Keeps events; the same ones again change nothing. */
export async function keepSeen(table: Table, incident: string, events: readonly SeenEvent[]): Promise<void> {
  for (const event of events) await table.put<SeenEvent>(seenKey(incident, event.id), event);
}

/** All that was kept, in the order of the log. */
export async function* readSeen(table: Table, incident: string): AsyncGenerator<SeenEvent> {
  for await (const { value } of table.list<SeenEvent>(incidentPartition(incident), { prefix: PREFIX })) yield value;
}
