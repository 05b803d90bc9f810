import type { LogPosition } from "../contain/look.ts";
import type { Incident } from "../incident/incident.ts";
import type { LogEvent } from "../ports.ts";
import { concernOf } from "../watch/concerns.ts";
import { tallied } from "../watch/log-use.ts";
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
  const events = page.filter((event) => isBefore(event) && (record.position === null || event.id > record.position));
  const begun: PageResult = {
    next: record,
    seen: [],
    isPast: page.some((event) => !isBefore(event)) || hasEnd(page, end),
  };
  return events.reduce((result, event) => withEvent(result, event, incident), begun);
}

const hasEnd = (page: readonly LogEvent[], end: LogPosition | undefined): boolean =>
  end?.event != null && page.some(({ id }) => id === end.event);

function withEvent(result: PageResult, event: LogEvent, incident: Incident): PageResult {
  const { next: before, seen } = result;
  const next: InvestigationRecord = {
    ...before,
    position: event.id,
    reachesBackTo: before.reachesBackTo ?? event.at,
    readUntil: Math.max(before.readUntil, event.at),
  };
  const concern = concernOf(event, { incident, lockedAt: null, restoredAt: null, renewed: [] });
  if (concern === undefined) return { ...result, next };
  if (event.at < (incident.leakedSince ?? 0)) return { ...result, next: { ...next, earlier: next.earlier + 1 } };
  const counted = { ...next, uses: tallied(next.uses, event) };
  if (!isWorthKeeping(event, concern)) return { ...result, next: counted };
  if (next.kept >= MOST_SEEN) return { ...result, next: { ...counted, notKept: next.notKept + 1 } };
  return { ...result, next: { ...counted, kept: next.kept + 1 }, seen: [...seen, { ...event, concern }] };
}
