import { isSinceOpened, openSince } from "../incident/how-far.ts";
import type { Incident } from "../incident/incident.ts";
import type { LogEvent } from "../ports.ts";
import { type ActsByClient, actsOf } from "./acts-by-client.ts";
import { type Concern, concernOf } from "./concerns.ts";
import { isForItself, withIssued } from "./issued.ts";
import { kindOfUse, tallied } from "./log-use.ts";
import { type NotedAct, ownActOf } from "./own-acts.ts";
import { isPlanted, withPlanted, withPlantedUse } from "./planted.ts";
import type { LogPage } from "./read-on.ts";
import { type SeenEvent, withKept } from "./seen.ts";
import { withUserToken } from "./user-tokens.ts";
import type { WatchRecord } from "./watch-record.ts";

/** What a page is judged by. */
export interface FoldParts {
  incident: Pick<Incident, "clientId" | "token" | "drill" | "leak" | "restored">;
  acts: ActsByClient;
}

/** A record after a page, and the events that are to be kept. */
export interface Folded {
  record: WatchRecord;
  seen: readonly SeenEvent[];
}

/** Bounds what one row holds. */
const MOST_RENEWED = 1_000;
const MOST_GAPS = 20;

/** What a page of the log adds to what was seen. The same record and page give the same result. */
export function withPage(record: WatchRecord, page: LogPage, parts: FoldParts): Folded {
  const { position, readUntil, gap } = page;
  const gaps = gap ? [...record.gaps, gap].slice(-MOST_GAPS) : record.gaps;
  const begun: Folded = { record: { ...record, position, readUntil, gaps, own: ownOf(record, parts) }, seen: [] };
  return page.events.reduce((folded, event) => withEvent(folded, event, parts), begun);
}

/** What an act accounted for is of no use once the act is left out. */
function ownOf({ own }: WatchRecord, { acts }: FoldParts): WatchRecord["own"] {
  const keys = new Set([...acts.values()].flat().map(({ key }) => key));
  return Object.fromEntries(Object.entries(own).filter(([key]) => keys.has(key)));
}

/** With an event that is Curfew's own. */
export const withOwn = (record: WatchRecord, { key }: NotedAct): WatchRecord => ({
  ...record,
  own: { ...record.own, [key]: (record.own[key] ?? 0) + 1 },
  ownEvents: record.ownEvents + 1,
});

function withEvent(folded: Folded, event: LogEvent, { incident, acts }: FoldParts): Folded {
  const { record } = folded;
  const own = ownActOf(event, actsOf(acts, event), record.own);
  if (isPlanted(event, record.planted))
    return own ? { ...folded, record: withOwn(record, own) } : withPlantedOne(folded, event);
  const concern = concernOf(event, { incident, lockedAt: record.lockedAt, renewed: record.renewed });
  if (concern === undefined) return folded;
  const renewed = concern === "counted" ? withRenewed(record, event, incident) : record;
  if (own) return { ...folded, record: withOwn(renewed, own) };
  const next = counted(renewed, event, concern);
  const issued = withToken(record, event, concern, incident);
  const users = event.clientId === incident.clientId ? withUserToken(record.users, event) : record.users;
  const planted = concern === "told" ? withPlanted(record.planted, event) : record.planted;
  return withKept({ ...next, issued, users, planted }, folded.seen, event, concern);
}

/** With a use of an application that was planted. */
export const withPlantedOne = ({ record, seen }: Folded, event: LogEvent): Folded =>
  withKept({ ...record, planted: withPlantedUse(record.planted, event) }, seen, event, "told");

function counted(record: WatchRecord, event: LogEvent, concern: Concern): WatchRecord {
  if (concern === "counted") return { ...record, counted: tallied(record.counted, event) };
  const { from, to, uses } = record.untold ?? { from: event.at, to: event.at, uses: [] };
  const untold = { from: Math.min(from, event.at), to: Math.max(to, event.at), uses: tallied(uses, event) };
  return { ...record, told: tallied(record.told, event), untold };
}

/**
 * A token for itself that was given out although it should not be, or before the lock: of these some come into the log
 * behind later ones, where looking back ends, and what they were for is within reach, too.
 */
function withToken(record: WatchRecord, event: LogEvent, concern: Concern, incident: FoldParts["incident"]) {
  const { issued, lockedAt } = record;
  if (lockedAt === null || event.clientId !== incident.clientId || !isForItself(event)) return issued;
  if (event.at < lockedAt) return withIssued(issued, event, 0);
  return concern === "told" ? withIssued(issued, event, openSince(incident)) : issued;
}

/** A token that was given out since the application was opened again is none of those that leaked. */
function withRenewed(record: WatchRecord, event: LogEvent, incident: FoldParts["incident"]): WatchRecord {
  const { tokenId } = event;
  const isNew = isSinceOpened(event, incident) && kindOfUse(event) === "token-issued";
  if (!isNew || tokenId === undefined || record.renewed.includes(tokenId)) return record;
  return { ...record, renewed: [...record.renewed, tokenId].slice(-MOST_RENEWED) };
}
