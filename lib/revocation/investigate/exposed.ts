import type { Instant } from "../../history/history.ts";
import type { LogEvent } from "../ports.ts";
import { kindOfUse } from "../watch/log-use.ts";
import type { TenantChange } from "./compare.ts";
import type { Gained } from "./since-audit.ts";
import { withinBytes } from "./within-bytes.ts";

/**
 * A credential that whoever had what leaked may know, or a thing that they have put there or changed: each is an incident
 * of its own, or to be looked up, if a person says so.
 */
export interface Exposure {
  /** What it is, in words that begin a sentence. */
  what: string;
  /** The application to start an incident about; null where it is another thing's credential. */
  clientId: string | null;
  /** How it is known. */
  why: string;
  /** When it was first seen; null where only a comparison shows it. */
  at: Instant | null;
  /** Events of the tenant's log, at most five. */
  events: readonly string[];
}

/** What the application itself was given. */
interface Given {
  /** Ids of the keys that Curfew registered. */
  own: readonly string[];
  /** Since when it has a new credential; undefined while it has none. */
  replacedAt: Instant | undefined;
  /** What it got before the first look; absent where only the tenant as it is now tells. */
  gained?: readonly Gained[] | undefined;
}

/** A row holds 400 KB, and the comparison stands beside it. */
const MOST = 300;
const MOST_BYTES = 120_000;
const MOST_EVENTS = 5;
const MOST_REASONS = 3;

/**
 * What is exposed, by what was done and by what is different since. That the application's own secret was shown before
 * it was replaced is none of it: that is what this incident is about. What it was given to authenticate with is.
 */
export function exposures(
  events: readonly LogEvent[],
  changes: readonly TenantChange[],
  clientId: string,
  { own, replacedAt, gained }: Given = { own: [], replacedAt: undefined },
): { exposures: Exposure[]; others: number } {
  const known = changes.filter(({ section, id }) => section !== "clientCredentials" || !own.includes(id));
  const ofOthers = [...events.flatMap((event) => byEvent(event, clientId)), ...known.flatMap(byChange)].flatMap(
    (one) => (one.clientId === clientId ? ofItself(one, replacedAt, gained === undefined) : [one]),
  );
  const isNamed = ({ credential }: Gained): boolean =>
    known.some(({ section, what, id }) => section === "clientCredentials" && what === "new" && id === credential);
  const found = [...ofOthers, ...(gained ?? []).filter((one) => !isNamed(one)).map(ofFirstLook)];
  const groups = Map.groupBy(found, ({ what, clientId: client }) => JSON.stringify([what, client]));
  const merged = [...groups.values()].flatMap(joined);
  const kept = withinBytes(merged.slice(0, MOST), MOST_BYTES);
  return { exposures: [...kept], others: merged.length - kept.length };
}

const SHOWN = "Its secret was shown";
const NEW_SHOWN =
  "The application that leaked, itself: its secret was shown, or set, since it was replaced. Replace it again";
const REGISTERED = "A key was registered for it";
const CHANGED = "It was changed, and may have been given a secret or a key";
const NEW_KEY = "It has a new key";
const GRANTS = ["It has a new grant", "Its grant"];

/** No incident of its own: to be looked up, since replacing what leaked takes none of it away. */
function ofItself(one: Exposure, replacedAt: Instant | undefined, keepsGrants: boolean): Exposure[] {
  const given = [REGISTERED, CHANGED, NEW_KEY, ...(keepsGrants ? GRANTS : [])];
  const isGiven = given.some((what) => one.what.startsWith(what));
  const isOfNew = one.what === SHOWN && replacedAt !== undefined && (one.at ?? 0) >= replacedAt;
  if (isOfNew) return [{ ...one, what: NEW_SHOWN, clientId: null }];
  if (!isGiven) return [];
  const what = `The application that leaked, itself: ${one.what}. Look it up, and take it away if nobody of yours did it`;
  return [{ ...one, what, clientId: null }];
}

/** Grants are taken away, and offered to be given back; keys are not. */
const ofFirstLook = ({ what }: Gained): Exposure => ({
  what: `The application that leaked, itself: look up who gave it this before the first look and, if nobody of yours did, take it away or say no to giving it back: ${what}`,
  clientId: null,
  why: "not in the last inventory from before",
  at: null,
  events: [],
});

/** The same thing, seen more than once: in the log, and by the comparison. */
function joined(group: readonly Exposure[]): Exposure[] {
  const [first] = group;
  if (!first) return [];
  const moments = group.flatMap(({ at }) => (at === null ? [] : [at]));
  return [
    {
      ...first,
      why: [...new Set(group.map(({ why }) => why))].slice(0, MOST_REASONS).join("; "),
      at: moments.length === 0 ? null : moments.reduce((a, b) => Math.min(a, b)),
      events: group.flatMap(({ events }) => events).slice(0, MOST_EVENTS),
    },
  ];
}

/** A path below `/api/v2/`, in its parts. */
const partsOf = (path: string): string[] =>
  path
    .replace(/^\/api\/v2\//, "")
    .split("/")
    .map(decoded);

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function byEvent(event: LogEvent, own: string): Exposure[] {
  const { request, accessedSecrets, grant } = event;
  if (!request) return [];
  const [collection = "", id, below] = partsOf(request.path);
  const method = request.method.toUpperCase();
  const text = `${method} ${request.path}`;
  const found = (what: string, clientId: string | null): Exposure => ({
    what,
    clientId,
    why: text,
    at: event.at,
    events: [event.id],
  });
  const isWrite = kindOfUse(event) === "write" && method !== "DELETE";
  const shown = accessedSecrets.length > 0 || kindOfUse(event) === "secret-read" || below === "rotate-secret";
  if (collection === "clients") {
    if (shown && id) return [found(SHOWN, id)];
    if (shown && method === "GET") return [found(ALL_SECRETS, null)];
    if (event.createdClient !== undefined) return [found(ADDED, event.createdClient)];
    if (method === "POST" && id && below === "credentials") return [found(REGISTERED, id)];
    if (id && isWrite) return [found(CHANGED, id)];
  }
  // What it gave itself is to be looked up: what was there at the first look is offered to be given back.
  if (isWrite && grant && grant.clientId !== own)
    return [found(id === undefined ? newGrant(grant.id) : changedGrant(grant.id), grant.clientId)];
  const secrets =
    shown && collection !== "clients" ? [found(`Secrets of ${collection} were shown: ${names(event)}`, null)] : [];
  return isWrite ? [...secrets, found(plantedIn(collection, id), null)] : secrets;
}

/** The log and the comparison say the same in the same words, so that it is one thing. */
const ADDED = "It is a new application, and whoever added it knows its secret";
const newGrant = (id: string): string => `It has a new grant, ${id}`;
const changedGrant = (id: string): string => `Its grant ${id} changed`;

/** What may be planted there: the log says that something was, and not what came of it. */
const PLANTED: Readonly<Record<string, string>> = {
  clients: "An application was added, with a secret that its maker knows",
  "client-grants": "An application was given rights, or other ones",
  users: "A user was added or changed, who may log in",
  roles: "A role was added, changed, or given to somebody",
  organizations: "An organization was added or changed, or who belongs to it",
  connections: "A connection was added or changed, which decides who may log in",
  "log-streams": "A log stream was added or changed, which sends the tenant's log to somebody",
  "event-streams": "An event stream was added or changed, which sends events to somebody",
  actions: "An action was added, changed or deployed, which is code that runs at logins",
  rules: "A rule was added or changed, which is code that runs at logins",
  hooks: "A hook was added or changed, which is code that runs at logins",
  keys: "A signing key was changed",
  "custom-domains": "A custom domain was added or changed",
  "network-acls": "A network ACL was added or changed, which decides who is let in",
};

/** Harmless until a person says so is nothing: what is not in the list is named as well. */
function plantedIn(collection: string, id: string | undefined): string {
  const what = PLANTED[collection] ?? `Something was added or changed below /${collection}`;
  const where = id === undefined || id === collection ? "" : ` (${id})`;
  return `${what}${where}: look it up, and take it away if nobody of yours did it`;
}

const ALL_SECRETS = "The secrets of applications were listed: of all of them, as far as the list went";

const names = ({ accessedSecrets }: LogEvent): string =>
  accessedSecrets.length === 0 ? "which ones is not logged" : accessedSecrets.join(", ");

function byChange({ section, what, id, clientId, name, fields }: TenantChange): Exposure[] {
  const called = name === null ? "" : ` (${name})`;
  const why =
    what === "changed"
      ? `different since the last inventory from before${called}: ${fields.join(", ")}`
      : `not in the last inventory from before${called}`;
  const found = (text: string, client: string | null): Exposure[] => [
    { what: text, clientId: client, why, at: null, events: [] },
  ];
  if (what === "gone") return [];
  if (section === "clients" && what === "new") return found(ADDED, clientId);
  if (section === "clientCredentials" && what === "new") return found(`${NEW_KEY}, ${id}`, clientId);
  if (section === "clientGrants") return found(what === "new" ? newGrant(id) : changedGrant(id), clientId);
  if (section === "clientAuthentication" && what === "changed") return found("How it authenticates changed", clientId);
  if (section === "actions") return found(`Action ${id} is ${what}: it runs at logins and may hold secrets`, null);
  return [];
}
