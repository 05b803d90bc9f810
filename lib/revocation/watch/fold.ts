import { openSince } from "../incident/how-far.ts";
import type { Incident } from "../incident/incident.ts";
import type { LogEvent } from "../ports.ts";
import { type ActsByClient, actsOf } from "./acts-by-client.ts";
import { type Concern, concernOf, isGivenSince, isOfUnknownToken, staysOpen } from "./concerns.ts";
import { isForItself, withAudienceOf, withIssued } from "./issued.ts";
import { tallied } from "./log-use.ts";
import { type NotedAct, ownActOf } from "./own-acts.ts";
import { isPlanted, withPlanted, withPlantedUse } from "./planted.ts";
import { type LogPage, withGap } from "./read-on.ts";
import { type SeenEvent, withKept } from "./seen.ts";
import { withUserToken } from "./user-tokens.ts";
import type { WatchRecord } from "./watch-record.ts";

/** What a page is judged by. */
export interface FoldParts {
  incident: Pick<Incident, "clientId" | "token" | "drill" | "leak" | "leakedSince" | "restored">;
  acts: ActsByClient;
}

/** A record after a page, and the events that are to be kept. */
export interface Folded {
  record: WatchRecord;
  seen: readonly SeenEvent[];
}

/** Bounds what one row holds. */
const MOST_RENEWED = 1_000;

/**
 * Events get their ids when they come in, so the use of a new token may stand before that it was given out: one that
 * happened so shortly before the log ends waits until more of it is read, but no longer than until the next turn has
 * tried that. What was recorded came in within six seconds.
 * Milliseconds.
 */
const LATE = 60_000;
const MOST_HELD_BYTES = 20_000;

/** What a page of the log adds to what was seen. The same record and page give the same result. */
export function withPage(record: WatchRecord, page: LogPage, parts: FoldParts): Folded {
  const { position, readUntil, gap, events } = page;
  const gaps = withGap(record.gaps, gap);
  const own = ownOf(record, parts);
  const renewed = renewedWith(record, events, parts.incident);
  const begun: Folded = { record: { ...record, position, readUntil, gaps, own, renewed }, seen: [] };
  const read = events.reduce((folded, event) => withEvent(folded, event, parts), begun);
  return withReleased(read, parts, ({ at }) => at + LATE <= readUntil);
}

/** With these of what was held: for what more of the log could say of them is not waited any longer. */
export const withHeld = (record: WatchRecord, ids: ReadonlySet<string>, parts: Pick<FoldParts, "incident">): Folded =>
  withReleased({ record, seen: [] }, parts, ({ id }) => ids.has(id));

/** What was held is as it is known now, where its token was given out, or it is due. */
function withReleased(
  { record, seen }: Folded,
  { incident }: Pick<FoldParts, "incident">,
  isDue: (event: LogEvent) => boolean,
): Folded {
  const events = record.held ?? [];
  if (events.length === 0) return { record, seen };
  const standing = { incident, lockedAt: record.lockedAt, renewed: record.renewed };
  const held = events.filter((event) => !isDue(event) && isOfUnknownToken(event, standing));
  const rest: Folded = { record: { ...record, held }, seen };
  return events
    .filter((event) => !held.includes(event))
    .reduce((folded, event) => withJudged(folded, event, concernOf(event, standing), incident), rest);
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
  const standing = { incident, lockedAt: record.lockedAt, renewed: record.renewed };
  const concern = concernOf(event, standing);
  if (concern !== undefined && own) return { ...folded, record: withOwn(record, own) };
  const held = [...(record.held ?? []), event];
  return isOfUnknownToken(event, standing) && Buffer.byteLength(JSON.stringify(held)) <= MOST_HELD_BYTES
    ? { ...folded, record: { ...record, held } }
    : withJudged(folded, event, concern, incident);
}

function withJudged(
  { record, seen }: Folded,
  event: LogEvent,
  concern: Concern | undefined,
  incident: FoldParts["incident"],
): Folded {
  if (concern === undefined) return { record, seen };
  const next = counted(record, event, concern);
  const issued = withToken(record, event, concern, incident);
  const users = event.clientId === incident.clientId ? withUserToken(record.users, event) : record.users;
  const isByThief = concern === "told" || isOfLeak(record, event, incident);
  const planted = isByThief ? withPlanted(record.planted, event) : record.planted;
  return withKept({ ...next, issued, users, planted }, seen, event, concern);
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

/** A token for itself that was given out although it should not be, or before the lock. */
function withToken(record: WatchRecord, event: LogEvent, concern: Concern, incident: FoldParts["incident"]) {
  const { issued, lockedAt } = record;
  if (event.clientId !== incident.clientId || !isForItself(event)) return issued;
  if (isBeforeLock(record, event, incident)) return withAudienceOf(issued, event);
  return lockedAt !== null && concern === "told" ? withIssued(issued, event, openSince(incident)) : issued;
}

/**
 * Whether an event counts as those that looking back finds, which ends where the lock was tried first. That may be refused
 * for long, and what came before it may come into the log behind what came after.
 */
const isBeforeLock = ({ lockedAt }: WatchRecord, { at }: LogEvent, incident: FoldParts["incident"]): boolean =>
  lockedAt === null ? isToBeLocked(incident) : at < lockedAt;

const isToBeLocked = (incident: FoldParts["incident"]): boolean =>
  !staysOpen(incident) && !incident.drill && !incident.restored;

/** Whether what an event added may be a thief's although nobody was told of it. */
const isOfLeak = (record: WatchRecord, event: LogEvent, incident: FoldParts["incident"]): boolean =>
  !incident.drill && isBeforeLock(record, event, incident) && event.at >= (incident.leakedSince ?? 0);

/** A token that was given out since the application was opened again is none of those that leaked. */
function renewedWith(
  { renewed, lockedAt }: WatchRecord,
  events: readonly LogEvent[],
  incident: FoldParts["incident"],
): readonly string[] {
  const isNew = (event: LogEvent): boolean =>
    isGivenSince(event, incident) && concernOf(event, { incident, lockedAt, renewed }) === "counted";
  const given = events.filter(isNew).flatMap(({ tokenId }) => tokenId ?? []);
  return given.length === 0 ? renewed : [...new Set([...renewed, ...given])].slice(-MOST_RENEWED);
}
