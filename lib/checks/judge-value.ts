import { formatDuration, type Seconds } from "../model/duration.ts";
import { isUnreadable, type Reported } from "../model/reported.ts";
import type { Resource } from "../model/resource.ts";
import { type Bands, judge } from "./limits.ts";
import { fail, type Outcome, pass, unknown, unreadable } from "./outcome.ts";

/** A duration as it was reported, and what to say about it. */
export interface ReportedDuration {
  /** The field's name in Auth0's answer, for the sentence about an unreadable value. */
  field: string;
  /** Seconds, absent or unreadable. */
  value: Reported<Seconds>;
  /** Auth0's own default in seconds, which an absent value means. */
  absent: Seconds;
  bands: Bands;
  /** What lives that long, as the start of a sentence: "Access tokens live". */
  subject: string;
  aspect?: string;
}

/** Judges one duration of one resource against its bands. */
export function judgeDuration(resource: Resource, reported: ReportedDuration): Outcome {
  const { field, absent, bands, subject, aspect } = reported;
  if (isUnreadable(reported.value)) return unknown(resource, unreadable(field, reported.value), aspect);
  const observed = bounded(reported.value ?? absent);
  const verdict = judge(observed, bands);
  if (!verdict) return pass(resource, aspect);
  const phrase = compareDurations(observed, verdict.limit, reported.value === undefined);
  return fail(resource, { ...verdict, observed, unit: "seconds", message: `${subject} ${phrase}.` }, aspect);
}

/** A number that no tenant means would print as Infinity, and JSON would turn it into null. */
const bounded = (seconds: Seconds): Seconds => Math.min(seconds, Number.MAX_SAFE_INTEGER);

/**
 * Says how long something lives and how long it may.
 *
 * @param isDefault true when Auth0 reported no value, so that the person who reads it does not look for one
 * @example compareDurations(2_592_000, 86_400, false) // "30 d; the limit is 24 h"
 */
function compareDurations(observed: Seconds, limit: Seconds, isDefault: boolean): string {
  const [found, allowed] = distinguishable(observed, limit);
  return `${found}${isDefault ? ", Auth0's default" : ""}; the limit is ${allowed}`;
}

/** A value just above its limit rounds to the limit's own words; "24 h; the limit is 24 h" would help nobody. */
export function distinguishable(observed: Seconds, limit: Seconds): [string, string] {
  const found = formatDuration(observed);
  const allowed = formatDuration(limit);
  return found === allowed ? [`${observed} s`, `${limit} s`] : [found, allowed];
}
