/** A length of time in seconds: the unit of every threshold and every reported value. */
export type Seconds = number;

/** Seconds in `count` minutes. */
export const minutes = (count: number): Seconds => count * 60;
/** Seconds in `count` hours. */
export const hours = (count: number): Seconds => count * 3_600;
/** Seconds in `count` days of 24 hours. */
export const days = (count: number): Seconds => count * 86_400;

const UNITS = { d: days(1), h: hours(1), m: minutes(1), s: 1 } as const;

/** What a duration looks like in `curfew.yaml`: a whole number and one unit, as `90d`, `12h`, `30m` or `45s`. */
export const DURATION_PATTERN = /^([1-9][0-9]{0,8})([dhms])$/;

/**
 * Reads a duration as written in `curfew.yaml`.
 *
 * @returns the length in seconds, or `undefined` when `text` is not a duration.
 * @example parseDuration("12h") // 43200
 */
export function parseDuration(text: string): Seconds | undefined {
  const match = DURATION_PATTERN.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/**
 * Writes a duration for a person: at most two units, the smaller one rounded.
 *
 * @example formatDuration(90_000) // "25 h"
 * @example formatDuration(2_592_000) // "30 d"
 */
export function formatDuration(seconds: Seconds): string {
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  if (seconds >= days(3)) return twoUnits(seconds, days(1), "d", hours(1), "h");
  if (seconds >= hours(1)) return twoUnits(seconds, hours(1), "h", minutes(1), "min");
  if (seconds >= minutes(1)) return twoUnits(seconds, minutes(1), "min", 1, "s");
  return `${round(seconds)} s`;
}

function twoUnits(seconds: Seconds, large: Seconds, largeName: string, small: Seconds, smallName: string): string {
  const inSmall = Math.round(seconds / small);
  const perLarge = large / small;
  const whole = Math.floor(inSmall / perLarge);
  const rest = inSmall - whole * perLarge;
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
