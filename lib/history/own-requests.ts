import { randomUUID } from "node:crypto";
import type { Login } from "../auth0/login.ts";
import { days } from "../model/duration.ts";
import { type Table, tenantPartition } from "../store/table.ts";
import type { Instant } from "./history.ts";

/**
 * Requests with which Curfew asks whether a credential of an application is accepted, or logs in as one of its own. What
 * Auth0 refuses of them it logs as the application's; whoever watches it must not take them for a thief's.
 */
export interface OwnRequests {
  from: Instant;
  /** When the last one is over at the latest. */
  until: Instant;
  /** How many events they can leave at most. */
  most: number;
}

/** `TENANT#<name>`, `OWN#<client id>#<from>#<random>`. */
const prefixOf = (clientId: string): string => `OWN#${clientId}#`;

/** No plan keeps events for longer than 30 days, so that nobody can find what is older. Seconds. */
const KEPT = days(31);

/** Notes that so many more events may come. To be awaited before the requests are sent. */
export type NoteRequests = (events: number) => Promise<void>;

/**
 * One process's requests about one application, in a row that grows with each of them: no more can hide among them than
 * were sent.
 */
export function noteOwnRequests(
  table: Table,
  { tenant, clientId }: { tenant: string; clientId: string },
  time: Pick<OwnRequests, "from" | "until">,
): NoteRequests {
  const from = Math.round(time.from);
  const until = Math.round(time.until);
  const sort = `${prefixOf(clientId)}${new Date(from).toISOString()}#${randomUUID()}`;
  const expires = Math.ceil(until / 1_000) + KEPT;
  let most = 0;
  return async (events) => {
    if (events === 0) return;
    most += events;
    await table.put<OwnRequests>({ partition: tenantPartition(tenant), sort }, { from, until, most }, { expires });
  };
}

/**
 * The same login, but each request for a token with it is noted before it is sent: where an incident has locked one of
 * Curfew's own applications, Auth0 refuses it, and that is no attempt of a thief.
 */
export function notedLogin(
  login: Login,
  table: Table,
  { tenant, ...time }: { tenant: string } & Pick<OwnRequests, "from" | "until">,
): Login {
  const note = noteOwnRequests(table, { tenant, clientId: login.clientId }, time);
  return { ...login, beforeAsked: () => note(1) };
}

/** All that were noted of an application, with the key of each row, in the order of time. */
export async function readOwnRequests(
  table: Table,
  { tenant, clientId }: { tenant: string; clientId: string },
): Promise<(OwnRequests & { key: string })[]> {
  const all: (OwnRequests & { key: string })[] = [];
  for await (const { key, value } of table.list<OwnRequests>(tenantPartition(tenant), { prefix: prefixOf(clientId) })) {
    all.push({ ...value, key: key.sort });
  }
  return all;
}

/**
 * How many events it leaves at the token endpoint at most to send a credential once; a client secret that is refused one
 * way is sent the other way, too.
 */
export const eventsOf = ({ method }: Pick<Login, "method">): number => (method === "client-secret" ? 2 : 1);

/** The same of calibrating: a random credential and the right one. What `/oauth/revoke` is asked is no exchange. */
export const eventsOfCalibrating = (login: Pick<Login, "method">): number => 2 * eventsOf(login);
