import { findGap, parseAwsCron } from "./cron.ts";
import type { Config } from "./schema.ts";

const HOUR = 3_600_000;
const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: HOUR, day: 24 * HOUR };

/** The inside of `rate(…)` in milliseconds, or `undefined` when it is not a whole number and a unit. */
export function rateLength(inside: string): number | undefined {
  const [, count = "", unit = "", plural] = /^([1-9][0-9]{0,5}) (minute|hour|day)(s?)$/.exec(inside) ?? [];
  const length = Number(count) * (UNITS[unit] ?? Number.NaN);
  return Number.isNaN(length) || (plural === "") !== (count === "1") ? undefined : length;
}

/** The configuration allows three days, and a day may have 25 hours. */
const MOST_HOURS = 73;

/**
 * The longest time between two scheduled audits within a year from `today`, in whole hours from 1, rounded up.
 * Found by halving: for an expression that runs every minute, looking at each run would take a minute.
 *
 * @param schedule one that the configuration's rules have passed
 */
export function longestIntervalHours(schedule: NonNullable<Config["schedule"]>, today: Date): number {
  const [, kind, inside = ""] = /^(cron|rate)\((.+)\)$/.exec(schedule.audit) ?? [];
  if (kind === "rate") return Math.ceil((rateLength(inside) ?? 0) / HOUR);
  const parsed = parseAwsCron(inside, schedule.timezone);
  if ("mistake" in parsed) throw new TypeError(`a schedule that was not validated: ${parsed.mistake}`);
  const until = new Date(today.getTime() + 366 * 24 * HOUR);
  let [enough, tooShort] = [MOST_HOURS, 0];
  while (enough - tooShort > 1) {
    const middle = Math.ceil((enough + tooShort) / 2);
    if (findGap(parsed.cron, today, until, middle * HOUR)) tooShort = middle;
    else enough = middle;
  }
  return enough;
}
