import { formatDuration } from "../model/duration.ts";
import { isUnreadable, type Reported } from "../model/reported.ts";
import type { Resource } from "../model/resource.ts";
import { type Bands, judge } from "./limits.ts";
import { fail, type Outcome, pass, unknown } from "./outcome.ts";

/** A duration as it was reported, and what to say about it. */
export interface ReportedDuration {
  /** The field's name in Auth0's answer, for the sentence about an unreadable value. */
  field: string;
  /** Seconds, absent or unreadable. */
  value: Reported<number>;
  /** Auth0's own default in seconds, which an absent value means. */
  absent: number;
  bands: Bands;
  /** What lives that long, as the start of a sentence: "Access tokens live". */
  subject: string;
  aspect?: string;
}

/** Judges one duration of one resource against its bands. */
export function judgeDuration(resource: Resource, reported: ReportedDuration): Outcome {
  const { field, absent, bands, subject, aspect } = reported;
  if (isUnreadable(reported.value)) {
    return unknown(resource, `${field} is ${reported.value.unreadable} instead of a number`, aspect);
  }
  const observed = reported.value ?? absent;
  const verdict = judge(observed, bands);
  if (!verdict) return pass(resource, aspect);
  const message = `${subject} ${formatDuration(observed)}; the limit is ${formatDuration(verdict.limit)}.`;
  return fail(resource, { ...verdict, observed, unit: "seconds", message }, aspect);
}
