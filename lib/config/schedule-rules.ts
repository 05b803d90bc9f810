import { formatDuration } from "../model/duration.ts";
import { rateLength } from "./audit-interval.ts";
import { findGap, type Gap, parseAwsCron } from "./cron.ts";
import { type Loose, mapping, text } from "./loose.ts";
import type { Complaint } from "./mistakes.ts";
import { nearest } from "./nearest.ts";

const DAY = 86_400_000;
/** An audit that is missed is noticed after two intervals, and alarms look back at most seven days. */
const MOST_DAYS_APART = 3;
/** A day may have 25 hours: Friday to Monday, all at six o'clock, is three days also when the clocks change. */
const CLOCK_CHANGE = 3_600_000;

/** Mistakes in the schedule: a zone that does not exist, an expression that cannot be read or leaves gaps. */
export function scheduleComplaints(config: Loose, today: Date): Complaint[] {
  const { audit, timezone } = mapping(config.schedule);
  const zone = text(timezone);
  const zoneMessage = zone === undefined ? undefined : zoneMistake(zone);
  const usable = zone === undefined || zoneMessage !== undefined ? "UTC" : zone;
  const auditMessage = auditMistake(text(audit) ?? "", usable, today);
  return [
    ...(zoneMessage === undefined ? [] : [{ path: ["schedule", "timezone"], message: zoneMessage }]),
    ...(auditMessage === undefined ? [] : [{ path: ["schedule", "audit"], message: auditMessage }]),
  ];
}

function zoneMistake(zone: string): string | undefined {
  const known = ["UTC", ...Intl.supportedValuesOf("timeZone")];
  if (known.includes(zone)) return undefined;
  const meant = nearest(zone, known);
  if (isZone(zone) && meant?.toLowerCase() !== zone.toLowerCase()) return undefined;
  return `there is no such time zone; ${meant === undefined ? "write it as Europe/Berlin" : `did you mean "${meant}"?`}`;
}

/** Names that are not listed but valid, as US/Eastern. Offsets are valid for JavaScript, not for AWS. */
function isZone(zone: string): boolean {
  if (!/^[A-Z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function auditMistake(audit: string, zone: string, today: Date): string | undefined {
  const [, kind, inside = ""] = /^(cron|rate)\((.+)\)$/.exec(audit) ?? [];
  if (kind === "rate") return rateMistake(inside);
  return kind === "cron" ? cronMistake(inside, zone, today) : undefined;
}

function rateMistake(inside: string): string | undefined {
  const length = rateLength(inside);
  if (length === undefined) {
    return "rate(…) is a whole number and a unit: rate(1 day), rate(12 hours), rate(90 minutes)";
  }
  if (length <= MOST_DAYS_APART * DAY) return undefined;
  return `audits are at most ${MOST_DAYS_APART} days apart; this says ${formatDuration(length / 1000)}`;
}

function cronMistake(inside: string, zone: string, today: Date): string | undefined {
  const parsed = parseAwsCron(inside, zone);
  if ("mistake" in parsed) return parsed.mistake;
  const until = new Date(today.getTime() + 366 * DAY);
  const gap = findGap(parsed.cron, today, until, MOST_DAYS_APART * DAY + CLOCK_CHANGE);
  return gap === undefined ? undefined : gapSentence(gap);
}

function gapSentence({ after, next }: Gap): string {
  const rule = `audits are at most ${MOST_DAYS_APART} days apart`;
  if (next === null) return `${rule}; from ${moment(after)} on, this never runs`;
  const length = formatDuration((next.getTime() - after.getTime()) / 1000);
  return `${rule}; from ${moment(after)} to ${moment(next)} it is ${length}`;
}

/** `2027-03-05 06:00 UTC`. */
const moment = (date: Date): string => `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
