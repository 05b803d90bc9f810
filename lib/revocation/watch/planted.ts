import type { Instant } from "../../history/history.ts";
import type { LogEvent } from "../ports.ts";
import { tallied, type UseTally, useText } from "./log-use.ts";

/**
 * Applications that were added with what leaked, or by one of these: whoever planted one goes on with it when the leak
 * is contained.
 */
export interface Planted {
  /** Client ids of those that are followed. */
  clients: readonly string[];
  /** How many are not: too many, or the log does not say which ones they are. */
  notFollowed: number;
}

/** What the log shows that they did. */
export interface PlantedUses extends Planted {
  uses: readonly UseTally[];
  /** What of it people have not been told of; null where they have. */
  untold: { from: Instant; to: Instant; uses: readonly UseTally[] } | null;
  /** When they were told last. */
  toldAt: Instant | null;
}

export const NOTHING_PLANTED: Planted = { clients: [], notFollowed: 0 };

/** A thief can add any number, and one of each may do anything. */
const MOST_FOLLOWED = 20;

/** Applications are added by nothing else. */
const CLIENTS = "/api/v2/clients";

/** What is followed after an event of somebody who is followed, or of the leak itself. */
export function withPlanted<P extends Planted>(known: P, { type, request, createdClient }: LogEvent): P {
  if (type !== "sapi" || request?.method.toUpperCase() !== "POST" || request.path !== CLIENTS) return known;
  if (createdClient !== undefined && known.clients.includes(createdClient)) return known;
  if (createdClient === undefined || known.clients.length >= MOST_FOLLOWED)
    return { ...known, notFollowed: known.notFollowed + 1 };
  return { ...known, clients: [...known.clients, createdClient] };
}

export const isPlanted = ({ clientId }: LogEvent, { clients }: Planted): boolean =>
  clientId !== undefined && clients.includes(clientId);

/** An event of one of them among others. */
export const talliedPlanted = (tallies: readonly UseTally[], event: LogEvent): UseTally[] =>
  tallied(tallies, event, `${event.clientId}, which was added with it: ${useText(event)}`);

/** What was seen of them, with one event more. */
export function withPlantedUse(known: PlantedUses, event: LogEvent): PlantedUses {
  const { from, to, uses } = known.untold ?? { from: event.at, to: event.at, uses: [] };
  const untold = {
    ...{ from: Math.min(from, event.at), to: Math.max(to, event.at), uses: talliedPlanted(uses, event) },
  };
  return withPlanted({ ...known, uses: talliedPlanted(known.uses, event), untold }, event);
}
