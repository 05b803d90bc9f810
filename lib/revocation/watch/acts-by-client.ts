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
 * there may be an incident of its own, which proves that it gets nothing. To be read after the page: what of it is
 * Curfew's own was noted before it could come into the log.
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
  const clients = new Set([...planted.clients, ...events.flatMap(({ createdClient = [] }) => createdClient)]);
  if (clients.size === 0) return acts;
  const isWanted = ({ tenant, clientId }: IncidentEntry): boolean =>
    tenant === incident.tenant && clientId !== incident.clientId && clients.has(clientId);
  for await (const other of listIncidents(table, isWanted)) {
    const { clientId } = other;
    acts.set(clientId, [...(acts.get(clientId) ?? []), ...(await readOwnActs(table, other, since))]);
  }
  return acts;
}

/** Those as the application that an event is about. */
export const actsOf = (acts: ActsByClient, { clientId }: LogEvent): readonly NotedAct[] =>
  (clientId === undefined ? undefined : acts.get(clientId)) ?? [];
