import { isCurfew } from "../../auth0/user-agent.ts";
import type { Instant } from "../../history/history.ts";
import { readOwnRequests } from "../../history/own-requests.ts";
import type { Table } from "../../store/table.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import type { LogEvent } from "../ports.ts";
import { kindOfUse, type UseKind } from "./log-use.ts";

/**
 * Something that Curfew itself does as the application, so that the tenant's log names the application for it: a
 * proof, a probe of a rotation, the token that restoring obtains. Noted before it is done.
 */
export interface OwnAct {
  from: Instant;
  /** When it is over at the latest. */
  until: Instant;
  /** How many events of the log it can leave at most; the fewer, the less can hide among them. */
  most: number;
  /** What it can leave: a proof that nothing is given out leaves no token, so one that is given out is told. */
  leaves: readonly Extract<UseKind, "token-issued" | "token-refused">[];
}

/** An act as it is kept. */
export interface NotedAct extends OwnAct {
  /** Of no other act of any incident. */
  key: string;
}

/** `INCIDENT#<id>`, `OWN#<from>#<until>`. */
const PREFIX = "OWN#";

/** Clocks differ: the one that dates the log, and this one. */
const SKEW = 20_000;

/** Notes what is about to be done as the application, so that the watch does not take it for the thief. */
export async function noteOwnAct(table: Table, incident: string, act: OwnAct): Promise<void> {
  const sort = `${PREFIX}${iso(act.from)}#${iso(act.until)}#${[...act.leaves].sort().join("+")}`;
  await table.put<OwnAct>({ partition: incidentPartition(incident), sort }, act);
}

/**
 * All that was noted and is not over for long: what the incident does itself, and what rotations and audits ask about the
 * application's credential meanwhile.
 *
 * @param since acts that were over {@link FORGOTTEN} before are left out
 */
export async function readOwnActs(
  table: Table,
  incident: Pick<Incident, "id" | "tenant" | "clientId">,
  since: Instant,
): Promise<NotedAct[]> {
  const acts: NotedAct[] = [];
  for await (const { key, value } of table.list<OwnAct>(incidentPartition(incident.id), { prefix: PREFIX })) {
    acts.push({ ...value, key: `${key.partition} ${key.sort}` });
  }
  for (const requests of await readOwnRequests(table, incident)) {
    // A token that is given out is told all the same.
    acts.push({ ...requests, leaves: ["token-refused"] });
  }
  return acts.filter(({ until }) => until >= since - FORGOTTEN);
}

/** No event comes into the log so late. */
const FORGOTTEN = 86_400_000;

/**
 * Which act of Curfew's own an event is, if it can be one. Each act accounts for so many events and no more, so nobody
 * hides behind it for long; of several that fit, the one that is over first is taken, because the others can still
 * account for later events.
 *
 * Auth0 often writes another user agent than was sent, so an unknown one fits too; a known foreign one never does.
 *
 * @param taken how many events each act has accounted for already, by its key
 */
export function ownActOf(
  event: LogEvent,
  acts: readonly NotedAct[],
  taken: Readonly<Record<string, number>>,
): NotedAct | undefined {
  const kind = kindOfUse(event);
  if (!mayBeCurfew(event.userAgent)) return undefined;
  return acts
    .filter(
      ({ key, from, until, most, leaves }) =>
        event.at >= from - SKEW &&
        event.at <= until + SKEW &&
        leaves.some((left) => left === kind) &&
        (taken[key] ?? 0) < most,
    )
    .reduce<NotedAct | undefined>((first, act) => (first && first.until <= act.until ? first : act), undefined);
}

/** What Auth0 writes where it could not make anything of a user agent. Source: recorded logs. */
const REWRITTEN = /^(unknown|other( [\d.]+)?( \/ other( [\d.]+)?)?)$/i;

const mayBeCurfew = (userAgent: string | undefined): boolean =>
  userAgent === undefined || isCurfew(userAgent) || REWRITTEN.test(userAgent);

const iso = (instant: Instant): string => new Date(instant).toISOString();
