import { isUnreadable, type Reported } from "../model/reported.ts";
import type { Resource } from "../model/resource.ts";
import { instantOf, secondsSince } from "./instants.ts";
import { distinguishable } from "./judge-value.ts";
import { type Bands, judge } from "./limits.ts";
import { fail, notReported, type Outcome, pass, unknown, unreadable } from "./outcome.ts";

/** A date as it was reported, and what to say about how long ago it is. */
interface ReportedDate {
  /** The field's name in Auth0's answer, for the sentence about a value that is missing or unreadable. */
  field: string;
  value: Reported<string | number>;
  /** The moment of the audit, milliseconds since the Unix epoch. */
  now: number;
  bands: Bands;
  /** What happened then, as the start of a sentence: "This key was registered". */
  subject: string;
  aspect?: string;
}

/** Judges how long ago something happened. There is no default for a date: without one nobody knows. */
export function judgeAge(resource: Resource, { field, value, now, bands, subject, aspect }: ReportedDate): Outcome {
  const instant = instantOf(value);
  if (instant === undefined) return unknown(resource, notReported(`Auth0 reports no ${field}`), aspect);
  if (isUnreadable(instant)) return unknown(resource, unreadable(field, instant), aspect);
  const observed = secondsSince(instant, now);
  const verdict = judge(observed, bands);
  if (!verdict) return pass(resource, aspect);
  const [age, limit] = distinguishable(observed, verdict.limit);
  const message = `${subject} ${age} ago; the limit is ${limit}.`;
  return fail(resource, { ...verdict, observed, unit: "seconds", message }, aspect);
}
