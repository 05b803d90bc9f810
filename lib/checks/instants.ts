import type { Seconds } from "../model/duration.ts";
import { isUnreadable, type Reported } from "../model/reported.ts";

/** A moment in milliseconds since the Unix epoch. */
type Instant = number;

/** A date, or a date and time with its zone. Without a zone nobody knows what moment is meant. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/i;

/** Below this a number counts as seconds: as such it is the year 5138, as milliseconds it is March 1973. */
const LEAST_MILLISECONDS = 100_000_000_000;

/** The farthest moment that a date can hold. Source: ECMAScript, "Time Values and Time Range". */
const MAX_INSTANT = 8_640_000_000_000_000;

/**
 * Reads a moment. Auth0 writes ISO 8601; signing keys are documented loosely enough to hold epoch numbers too.
 *
 * @returns the moment, absent, or unreadable when it is no date that anybody could agree on
 */
export function instantOf(value: Reported<string | number>): Reported<Instant> {
  if (value === undefined || isUnreadable(value)) return value;
  const instant = typeof value === "number" ? fromNumber(value) : fromText(value);
  if (Number.isFinite(instant) && Math.abs(instant) <= MAX_INSTANT) return instant;
  return { unreadable: `${typeof value} that is no date` };
}

const fromText = (text: string): Instant => (ISO_8601.test(text) ? Date.parse(text) : Number.NaN);

const fromNumber = (value: number): Instant => (value < LEAST_MILLISECONDS ? value * 1_000 : value);

/** Whole seconds from `instant` to `now`; negative while it lies ahead. */
export const secondsSince = (instant: Instant, now: Instant): Seconds => Math.floor((now - instant) / 1_000);

/** Whole seconds from `now` to `instant`, the last one counted as a whole; zero or negative once it has come. */
export const secondsUntil = (instant: Instant, now: Instant): Seconds =>
  // Without the addition a fraction of a second in the past would be a negative zero.
  Math.ceil((instant - now) / 1_000) + 0;
