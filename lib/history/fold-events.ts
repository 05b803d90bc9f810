import type { LogEvent } from "../auth0/resources/log-event.ts";
import { isCurfew } from "../auth0/user-agent.ts";
import { isUnreadable, type Reported } from "../model/reported.ts";
import type { Instant } from "./history.ts";

/** What a tenant's log tells of its clients. By client id. */
export interface LogFacts {
  /** The first event that is about the client. */
  first: Map<string, Instant>;
  lastExchange: Map<string, Instant>;
  rotation: Map<string, Instant>;
}

export const noFacts = (): LogFacts => ({ first: new Map(), lastExchange: new Map(), rotation: new Map() });

/**
 * The types of events that mean: a client was given tokens. Failed exchanges have other types, so the probes of stored
 * credentials, which never obtain a token, are not among them. Source: Auth0 documentation, "Log Event Type Codes".
 */
const EXCHANGES: ReadonlySet<string> = new Set([
  "seacft", // authorization code
  "seccft", // client credentials
  "secte", // custom token exchange
  "sede", // device code
  "sens", // native social login
  "seoobft", // out-of-band challenge
  "seotpft", // one-time password
  "sepft", // password
  "sepkoobft", // passkey, out-of-band
  "sepkotpft", // passkey, one-time password
  "sepkrcft", // passkey, recovery code
  "sercft", // recovery code
  "sertft", // refresh token
]);

/** A change through the Management API that succeeded. */
const CHANGE = "sapi";

/** `/api/v2/clients/{id}` and `/api/v2/clients/{id}/rotate-secret`. */
const CLIENT_PATH = /^\/api\/v2\/clients\/([^/?]+)(\/rotate-secret)?\/?(?:\?.*)?$/;

/**
 * Adds events to what is known. Only the first and the latest are kept, so order and repetition change nothing.
 *
 * @param dateOf the moment of an event; of one whose date cannot be read that of its neighbour
 */
export function foldEvents(facts: LogFacts, events: readonly LogEvent[], dateOf: (event: LogEvent) => Instant): void {
  for (const event of events) {
    const at = dateOf(event);
    keep(facts, facts.lastExchange, exchangeOf(event), at);
    keep(facts, facts.rotation, rotatedClient(event), at);
  }
}

/** Whose exchange it is; undefined for other events, and for Curfew's own requests. */
function exchangeOf(event: LogEvent): string | undefined {
  if (!EXCHANGES.has(text(event.type)) || isCurfew(text(event.user_agent))) return undefined;
  return text(event.client_id) || undefined;
}

/**
 * Whose secret was changed. The subject is in the path: the event's `client_id` is the one that changed it.
 * A new secret comes by `POST …/rotate-secret`, or by a PATCH of the client with `client_secret` among its fields.
 */
function rotatedClient({ type, details }: LogEvent): string | undefined {
  if (text(type) !== CHANGE || details === undefined || isUnreadable(details)) return undefined;
  const { request } = details;
  if (request === undefined || isUnreadable(request)) return undefined;
  const [, id, rotates] = CLIENT_PATH.exec(text(request.path)) ?? [];
  if (id === undefined) return undefined;
  const method = text(request.method).toLowerCase();
  const fields = isUnreadable(request.body) ? [] : (request.body ?? []);
  const isRotation = rotates === undefined ? method === "patch" && fields.includes("client_secret") : method === "post";
  return isRotation ? decoded(id) : undefined;
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id; // not encoded: a percent sign of its own
  }
}

const text = (value: Reported<string>): string => (value === undefined || isUnreadable(value) ? "" : value);

function keep({ first }: LogFacts, latest: Map<string, Instant>, client: string | undefined, at: Instant): void {
  if (client === undefined) return;
  first.set(client, Math.min(at, first.get(client) ?? at));
  latest.set(client, Math.max(at, latest.get(client) ?? at));
}
