import type { Incident } from "../incident/incident.ts";
import { type IncidentEntry, listIncidents } from "../incident/incidents.ts";
import type { IncidentParts } from "../parts.ts";
import type { LogEvent } from "../ports.ts";
import { type NotedAct, readOwnActs } from "./own-acts.ts";
import type { LogPage } from "./read-on.ts";
import type { WatchRecord } from "./watch-record.ts";

/** What Curfew itself did as applications, by their ids. */
export type ActsByClient = ReadonlyMap<string, readonly NotedAct[]>;

/**
 * What Curfew itself did as the application that leaked, and as those that were planted with it: about each of these
 * there may be other incidents, closed ones too, which prove that it gets nothing. To be read after the page: what of it
 * is Curfew's own was noted before it could come into the log.
 *
 * @param record what is known until the page
 * @throws CurfewError `store-failed`
 */
export async function actsByClient(
  incident: Incident,
  { planted, following, readUntil }: WatchRecord,
  { events }: Pick<LogPage, "events">,
  table: IncidentParts["table"],
): Promise<ActsByClient> {
  const since = Math.min(readUntil, following?.readUntil ?? readUntil);
  const acts = new Map([[incident.clientId, await readOwnActs(table, incident, since)]]);
  const created = events.flatMap(({ createdClient = [] }) => createdClient);
  const clients = new Set([incident.clientId, ...planted.clients, ...created]);
  const isWanted = ({ id, tenant, clientId }: IncidentEntry): boolean =>
    id !== incident.id && tenant === incident.tenant && clients.has(clientId);
  for await (const other of listIncidents(table, isWanted)) {
    const known = acts.get(other.clientId) ?? [];
    const more = await readOwnActs(table, other, since);
    // What rotations and audits ask is found with each of its incidents.
    acts.set(other.clientId, [...known, ...more.filter(({ key }) => !known.some((act) => act.key === key))]);
  }
  return acts;
}

/** Those as the application that an event is about. */
export const actsOf = (acts: ActsByClient, { clientId }: LogEvent): readonly NotedAct[] =>
  (clientId === undefined ? undefined : acts.get(clientId)) ?? [];
