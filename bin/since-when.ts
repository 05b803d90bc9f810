import { CurfewError } from "../lib/model/curfew-error.ts";
import { parseDuration } from "../lib/model/duration.ts";

/**
 * A length of time before now, or a day or moment: milliseconds since the epoch.
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
    `${option} takes a time as 7d or 12h, or a date as 2026-11-23, and not ${JSON.stringify(text)}.`,
  );
}

/** Of 31 February a date is made all the same, another one than was meant. */
function isOnCalendar(text: string): boolean {
  const [, day] = /^(\d{4}-\d{2}-\d{2})(?:T|$)/.exec(text) ?? [];
  const midnight = day === undefined ? Number.NaN : Date.parse(day);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(`${day}T`);
}
