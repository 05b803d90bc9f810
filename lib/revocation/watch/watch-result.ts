import { counted } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import { CurfewError, type ErrorCode } from "../../model/curfew-error.ts";
import type { Incident, StepResult } from "../incident/incident.ts";
import { momentBefore } from "../window/window-text.ts";
import { endInEmergency, endOf, isOver, untilText } from "./end.ts";
import { MOST_TURNS } from "./interval.ts";
import { isUnread, type WatchRecord } from "./watch-record.ts";

/** What a turn came to, for people. */
export function resultOf(
  incident: Incident,
  record: WatchRecord,
  { failure, atLeastUntil, now }: { failure: unknown; atLeastUntil: Instant | null; now: Instant },
): StepResult {
  const gaps = record.gaps.length === 0 ? "" : `, but for ${counted(record.gaps.length, "gap")} of which nobody knows`;
  const read =
    failure !== undefined && isUnread(record, incident)
      ? UNREAD
      : `The tenant's log is read until ${momentBefore(record.readUntil)}${gaps}. ${told(record)}`;
  if (failure !== undefined) {
    const missing = [`The tenant's log could not be read on: ${whyOf(failure)}`];
    return { at: now, outcome: "incomplete", message: read, missing, code: codeOf(failure) };
  }
  if (incident.drill) {
    const would = untilText(incident, endInEmergency(incident, atLeastUntil));
    return { at: now, outcome: "done", message: `${read} In an emergency watching would go on ${would}.` };
  }
  const end = endOf(incident, atLeastUntil);
  if (isOver(record, end)) return { at: now, outcome: "done", message: read };
  if (record.turns >= MOST_TURNS) {
    return { at: now, outcome: "incomplete", message: read, missing: [NO_TURNS], code: null };
  }
  return {
    at: now,
    outcome: "incomplete",
    message: read,
    missing: [`${WATCHING_ON} ${untilText(incident, end)}.`],
    code: null,
  };
}

/** How the line begins that says that nothing is wrong: there is only more to watch. */
export const WATCHING_ON = "Watching goes on";

/** A step of an incident that a person has ended: the last turn of watching could not know that there is no next one. */
export function atItsEnd(result: StepResult): StepResult {
  if (result.outcome !== "incomplete") return result;
  const missing = result.missing.map((line) => (line.startsWith(WATCHING_ON) ? "Nobody watches any more." : line));
  return { ...result, missing };
}

const UNREAD = "Nothing of the tenant's log was read yet: what was done with what leaked nobody has seen.";

/** What is missing where no turns are left. */
export const NO_TURNS =
  "Watching has ended before its time: no turns are left. Stop its execution where it still runs, and start the incident again to go on.";

function told({ told: uses }: WatchRecord): string {
  const count = uses.reduce((sum, use) => sum + use.count, 0);
  return count === 0
    ? "It shows no use that should not be; uses at APIs other than Auth0's own never stand there."
    : `It shows ${counted(count, "request")} that should not be.`;
}

/** Why the log was not read, for people. */
export const whyOf = (failure: unknown): string =>
  failure instanceof Error ? failure.message : "the reason is not known";

const codeOf = (failure: unknown): ErrorCode | null => (failure instanceof CurfewError ? failure.code : null);
