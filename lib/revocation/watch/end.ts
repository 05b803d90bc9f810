import type { Instant } from "../../history/history.ts";
import { days, minutes } from "../../model/duration.ts";
import type { Incident } from "../incident/incident.ts";
import { momentOf } from "../window/window-text.ts";
import { MOST_TURNS } from "./interval.ts";
import type { WatchRecord } from "./watch-record.ts";

/** Events may come into the log so long after they happened: it is read once more then. Auth0 promises nothing. Milliseconds. */
const LATE = minutes(10) * 1_000;

/** People may still answer whether access is given back for so long after the window has closed. Milliseconds. */
export const AFTERWARDS = days(7) * 1_000;

/** The window, with the time in which what happened in it comes into the log. */
export const withLate = (window: Incident["window"]): Incident["window"] =>
  window?.state === "closes" ? { ...window, at: window.at + LATE } : window;

/**
 * When watching ends: nothing that is out works any more, what comes late has come, and nothing else asks for it.
 *
 * @param atLeastUntil until when something else asks for it; null where nothing does
 * @returns null while the window is open
 */
export function endOf({ window }: Pick<Incident, "window">, atLeastUntil: Instant | null): Instant | null {
  const late = withLate(window);
  return late?.state === "closes" ? Math.max(late.at, atLeastUntil ?? 0) : null;
}

/** When watching would end in an emergency, by what asks for it in a drill, which is over within a day. See {@link endOf}. */
export const endInEmergency = ({ window }: Pick<Incident, "window">, atLeastUntil: Instant | null): Instant | null =>
  endOf({ window }, atLeastUntil !== null && window?.state === "closes" ? window.at + AFTERWARDS : null);

/** Whether the log is read until then. */
export const isOver = ({ readUntil }: WatchRecord, end: Instant | null): boolean => end !== null && readUntil >= end;

/** Whether no turn comes any more. */
export const isLast = (record: WatchRecord, end: Instant | null): boolean =>
  isOver(record, end) || record.turns >= MOST_TURNS;

/** The end, in words. */
export function untilText(incident: Pick<Incident, "window">, end: Instant | null): string {
  if (end === null) return "until the window closes";
  const why = end === endOf(incident, null) ? "" : ", as long as access may be given back";
  return `until ${momentOf(end)}${why}`;
}
