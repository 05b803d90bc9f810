import type { LogPosition } from "../contain/look.ts";
import type { Incident } from "../incident/incident.ts";
import type { LogEvent } from "../ports.ts";
import { concernOf, staysOpen } from "../watch/concerns.ts";
import { isForItself, withIssued } from "../watch/issued.ts";
import { kindOfUse, tallied } from "../watch/log-use.ts";
import { isPlanted, talliedPlanted, withPlanted } from "../watch/planted.ts";
import { isWorthKeeping, MOST_SEEN, type SeenEvent } from "../watch/seen.ts";
import type { InvestigationRecord } from "./investigation-record.ts";

interface PageResult {
  next: InvestigationRecord;
  seen: SeenEvent[];
  /** Whether the page reaches to where watching begins. */
  isPast: boolean;
}

/** What a page of the log adds to what is known. */
export function withPage(
  record: InvestigationRecord,
  page: readonly LogEvent[],
  incident: Incident,
  end: LogPosition | undefined,
): PageResult {
  const isBefore = ({ id, at }: LogEvent): boolean => (end?.event == null ? at <= incident.openedAt : id <= end.event);
  const isNew = ({ id }: LogEvent): boolean => record.position === null || id > record.position;
  const begun: PageResult = {
    next: record,
    seen: [],
    isPast: page.some((event) => !isBefore(event)) || hasEnd(page, end),
  };
  return page
    .filter(isNew)
    .reduce((result, event) => (isBefore(event) ? withEvent : withLaterEvent)(result, event, incident), begun);
}

/** Behind where watching begins only what was planted is of interest here; the rest is the watch's. */
function withLaterEvent(result: PageResult, event: LogEvent, incident: Incident): PageResult {
  const { planted } = result.next;
  if (isPlanted(event, planted)) return withEvent(result, event, incident);
  if (planted.clients.length === 0) return result;
  return { ...result, next: { ...result.next, position: event.id } };
}

const hasEnd = (page: readonly LogEvent[], end: LogPosition | undefined): boolean =>
  end?.event != null && page.some(({ id }) => id === end.event);

function withEvent(result: PageResult, event: LogEvent, incident: Incident): PageResult {
  const { next: before, seen } = result;
  const isToken = event.clientId === incident.clientId && kindOfUse(event) === "token-issued";
  const isOwnToken = isToken && isForItself(event);
  const next: InvestigationRecord = {
    ...before,
    issued: isOwnToken ? withIssued(before.issued, event, undefined) : before.issued,
    users: before.users || (isToken && !isOwnToken),
    position: event.id,
    reachesBackTo: before.reachesBackTo ?? event.at,
    readUntil: Math.max(before.readUntil, event.at),
  };
  const isOfPlanted = isPlanted(event, next.planted);
  const standing = { incident, lockedAt: null, renewed: [] };
  const concern = isOfPlanted ? "told" : concernOf(event, standing);
  if (concern === undefined) return { ...result, next };
  if (event.at < (incident.leakedSince ?? 0)) return { ...result, next: { ...next, earlier: next.earlier + 1 } };
  const isByThief = concern === "told" || !staysOpen(incident);
  const counted = {
    ...next,
    uses: (isOfPlanted ? talliedPlanted : tallied)(next.uses, event),
    planted: isByThief && !incident.drill ? withPlanted(next.planted, event) : next.planted,
  };
  if (!isWorthKeeping(event, concern)) return { ...result, next: counted };
  if (next.kept >= MOST_SEEN) return { ...result, next: { ...counted, notKept: next.notKept + 1 } };
  return { ...result, next: { ...counted, kept: next.kept + 1 }, seen: [...seen, { ...event, concern }] };
}
