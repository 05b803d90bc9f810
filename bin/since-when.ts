import { CurfewError } from "../lib/model/curfew-error.ts";
import { parseDuration } from "../lib/model/duration.ts";

/**
 * A length of time before now, a day in UTC or a moment with its zone: milliseconds since the epoch. All that is printed
 * is UTC, so a moment without a zone might be meant in either.
 *
 * @param option how it was given, for the error
 * @throws CurfewError `arguments-invalid`
 */
export function sinceWhen(text: string, now: number, option: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return now - seconds * 1_000;
  const moment = isOnCalendar(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new CurfewError(
    "arguments-invalid",
    `${option} takes a time as 7d or 12h, a date in UTC as 2026-11-23 or a moment with its zone as 2026-11-23T04:00Z, and not ${JSON.stringify(text)}.`,
  );
}

/** Of 31 February a date is made all the same, another one than was meant. */
function isOnCalendar(text: string): boolean {
  const [, day] = /^(\d{4}-\d{2}-\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.exec(text) ?? [];
  const midnight = day === undefined ? Number.NaN : Date.parse(day);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(`${day}T`);
}
