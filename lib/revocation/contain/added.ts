import { harmless } from "../../alerts/harmless-text.ts";
import { beforeMoment } from "../../rotation/bounded-parts.ts";
import { recordOfCredential } from "../../rotation/ledger/ledger.ts";
import type { Table } from "../../store/table.ts";
import { type AddedCredential, type Incident, isComplete } from "../incident/incident.ts";
import { changeIncident } from "../incident/incidents.ts";
import { laterThatDecides } from "../incident/later.ts";
import { readPreserved } from "../incident/preserve.ts";
import { addToTimeline } from "../incident/timeline.ts";
import { isNamed, namedKeys } from "../leak/named-key.ts";
import type { IncidentParts } from "../parts.ts";
import type { RegisteredClientKey, RevokedClient } from "../ports.ts";
import type { PreservedKeys } from "./look.ts";
import { tell } from "./tell-run.ts";
import { tried } from "./tried.ts";

/** Something that was added, as a plan names it: `id` tells it from everything else. */
export type Added = Pick<AddedCredential, "id" | "what">;

/** The ids of the keys that Curfew registered for the application, in this incident, in another one, or on a schedule. */
export const ownKeysOf = async (
  { tenant, clientId }: Pick<Incident, "tenant" | "clientId">,
  table: Table,
): Promise<readonly string[]> => (await recordOfCredential(table, { tenant, clientId }))?.ownKeys ?? [];

/**
 * What an application authenticates with now, and did not at the first look, and Curfew did not give it: whoever has
 * that needs nothing of what leaked. And what may have leaked, once that should be replaced. A secret is never read, so
 * of one that somebody set nothing is seen here.
 *
 * @returns nothing where the first look is not kept, or did not say: there is nothing to compare with; `unseen` where
 * Auth0 does not say now
 * @throws CurfewError `store-failed`
 */
export async function addedSince(incident: Compared, now: RevokedClient, table: Table): Promise<Added[] | "unseen"> {
  const first = await readPreserved<RevokedClient>(table, incident, "client");
  if (!first || !saysHow(first)) return [];
  if (!saysHow(now)) return "unseen";
  const added = addedBetween(first, now);
  const left = await leftOf(incident, first, now, table);
  const own = added.length + left.length === 0 ? [] : await ownKeysOf(incident, table);
  // One of Curfew's own may be what leaked; the newest is what replaced it.
  return [...added.filter(({ id }) => !own.includes(id)), ...left.filter(({ id }) => id !== own.at(-1))];
}

type Compared = Pick<Incident, "id" | "keptBy" | "tenant" | "clientId" | "leakedKey" | "earlierKeys" | "steps">;

/**
 * Keys of the first look that may have leaked and are attached although what leaked is replaced: a person who did so by
 * hand left them, or something attached them again.
 */
async function leftOf(incident: Compared, first: RevokedClient, now: RevokedClient, table: Table): Promise<Added[]> {
  const { steps, leakedKey = "" } = incident;
  if (!isComplete(steps.rotate) || !now.attachedKeys?.length) return [];
  const keys = await readPreserved<PreservedKeys>(table, incident, "keys");
  const before = [...(first.attachedKeys ?? []), ...(keys?.attached ?? [])];
  const left = now.attachedKeys.filter((id) => before.includes(id));
  const isKnown = keys?.keys.some((key) => isNamed(key, [leakedKey])) ?? false;
  const named = (keys?.keys ?? []).filter((key) => isNamed(key, namedKeys(incident))).map(({ id }) => id);
  const suspects = isKnown ? left.filter((id) => named.includes(id)) : left;
  return suspects.map((id) => ({ id, what: `the registered key ${id}, which may have leaked` }));
}

/** How an application authenticates. */
type Ways = Pick<RevokedClient, "attachedKeys" | "certificates" | "tokenEndpointAuthMethod">;

/** Whether Auth0 said how an application authenticates: a token without `read:client_credentials` is not told of keys. */
export const saysHow = (client: Ways): boolean => wayOf(client) !== undefined;

/** The same of two looks that say how; Curfew's own keys are among it. */
export const addedBetween = (first: Ways, now: Ways): Added[] => [
  ...referencesOf(now).filter(({ id }) => !referencesOf(first).some((known) => known.id === id)),
  ...otherWay(first, now),
];

/** What it authenticates with that has an id: keys, certificates. */
export const referencesOf = ({ attachedKeys = [], certificates = [] }: Ways): Added[] => [
  ...attachedKeys.map((id) => ({ id, what: `the registered key ${id}` })),
  ...certificates.map((id) => ({ id, what: `the certificate ${id}` })),
];

function otherWay(first: Ways, now: Ways): Added[] {
  const [before, after] = [wayOf(first), wayOf(now)];
  if (before === after) return [];
  return [{ id: `way ${after}`, what: `its way to authenticate, which is ${after} and was ${before}` }];
}

const wayOf = ({ attachedKeys, certificates, tokenEndpointAuthMethod: method }: Ways): string | undefined =>
  attachedKeys ? "registered keys" : certificates ? "certificates" : method && harmless(method, 80);

/** The incident remembers so many: a thief can add and take away as many as they like. */
const MOST = 50;

/**
 * Tells what was added to the application that leaked, once, and keeps it with the incident: also that it is gone again.
 * Curfew takes none of it away: it may be a person's own, and for users the application may go on.
 *
 * @param now the application as it was just seen
 * @returns the incident as it is now
 * @throws CurfewError `store-failed` when it cannot be recorded or told
 */
export async function noteAdded(incident: Incident, now: RevokedClient, parts: IncidentParts): Promise<Incident> {
  const { leak, added: known = [] } = incident;
  // Of two incidents the later one decides, and tells.
  if (!leak?.levers.includes("lock") || (await laterThatDecides(parts.table, incident))) return incident;
  const found = await addedSince(incident, now, parts.table);
  if (found === "unseen") return incident;
  const there = known.filter(({ isThere }) => isThere);
  const fresh = found.filter(({ id }) => !there.some((one) => one.id === id));
  const gone = there.filter(({ id }) => !found.some((one) => one.id === id));
  if (fresh.length === 0 && gone.length === 0) return incident;
  const since = parts.clock.now();
  const told = fresh.length === 0 ? [] : await withKids(fresh, parts);
  if (told.length > 0) await tellAdded(incident, told, parts);
  for (const { what } of told) await note(incident, `Saw what Curfew did not give it: ${what}.`, parts);
  for (const { what } of gone) await note(incident, `Saw that it is gone again: ${what}.`, parts);
  return changeIncident(parts.table, incident.id, ({ added = [], ...rest }) => ({
    ...rest,
    added: [
      ...added.map((one) => (gone.some(({ id }) => id === one.id) ? { ...one, isThere: false } : one)),
      ...told.map((one) => ({ ...one, since, isThere: true })),
    ].slice(-MOST),
  }));
}

/** For that. Milliseconds. */
const NAMING = 5_000;

/** With their names, where they can be read. */
async function withKids(fresh: readonly Added[], { tenant, clock }: IncidentParts): Promise<Added[]> {
  const read = await tried(() => beforeMoment(clock, clock.now() + NAMING, () => tenant.keys()));
  if ("error" in read) return [...fresh];
  return fresh.map((one) => named(one, read.value));
}

/** With the name that people know a key by. */
export function named({ id, what }: Added, keys: readonly RegisteredClientKey[]): Added {
  const kid = keys.find((key) => key.id === id)?.kid;
  return { id, what: kid === undefined ? what : `${what} (kid ${harmless(kid, 80)})` };
}

async function tellAdded(incident: Incident, fresh: readonly Added[], parts: IncidentParts): Promise<void> {
  const before = incident.added?.length ?? 0;
  const what = fresh.map((one) => one.what);
  const told = await tell({ incident, parts }, { turn: "added", at: parts.clock.now(), what, before });
  if ("error" in told) throw told.error;
}

const note = ({ id }: Incident, what: string, { table, clock }: IncidentParts): Promise<void> =>
  addToTimeline(table, id, { at: clock.now(), who: "curfew", what, answer: null });

/** What was added and was there at the last look. */
export const addedTo = ({ added = [] }: Pick<Incident, "added">): Added[] =>
  added.flatMap(({ id, what, isThere }) => (isThere ? [{ id, what }] : []));
