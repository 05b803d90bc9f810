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

/** Sentences about stored secrets that are repeated; the others are counted. */
const NAMED_SECRETS = 3;

/**
 * One note about all stored secrets whose date could not be read: there may be as many as applications.
 *
 * @param reasons one sentence for each, naming the secret
 */
export function vaultNotes(reasons: readonly string[]): string[] {
  if (reasons.length === 0) return [];
  const named = reasons.slice(0, NAMED_SECRETS).join(" ");
  if (reasons.length === 1) return [`The date of a stored secret is not known: ${named}`];
  const first = reasons.length > NAMED_SECRETS ? ", of the first because of this" : "";
  return [`The dates of ${reasons.length.toLocaleString("en")} stored secrets are not known${first}: ${named}`];
}

/** `2026-11-23 06:00 UTC`. */
const moment = (instant: number): string => `${new Date(instant).toISOString().slice(0, 16).replace("T", " ")} UTC`;
