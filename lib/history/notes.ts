import type { LogRecord } from "./log-record.ts";
import type { LogEnd } from "./read-log.ts";

/**
 * What people should know about the reading of a log, one sentence each: the gaps that this run found, and that it was
 * not read to its end. They come from the record, so a retry says the same. A log that could not be read at all is
 * told by its checks.
 */
export function logNotes(record: LogRecord | undefined, end: LogEnd, run: string): string[] {
  if (!record) return [];
  const gaps = record.gaps
    .filter((gap) => gap.run === run)
    .map(
      ({ from, to }) =>
        `The tenant's log has a gap from ${moment(from)} to ${moment(to)}: Auth0 no longer has these events. What is known from the log begins anew.`,
    );
  if (end !== "stopped") return gaps;
  return [
    ...gaps,
    `The tenant's log was read until ${moment(record.until)} only, for lack of time; the next audit goes on from there.`,
  ];
}

/** `2026-11-23 06:00 UTC`. */
const moment = (instant: number): string => `${new Date(instant).toISOString().slice(0, 16).replace("T", " ")} UTC`;
