import { counted } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import { CurfewError, type ErrorCode } from "../../model/curfew-error.ts";
import { minutes, type Seconds } from "../../model/duration.ts";
import type { Incident, StepResult } from "../incident/incident.ts";
import { momentBefore, momentOf } from "../window/window-text.ts";
import { MOST_TURNS } from "./interval.ts";
import type { WatchRecord } from "./watch-record.ts";

/** Events may come into the log so long after they happened: it is read once more then. Auth0 promises nothing. */
const LATE: Seconds = minutes(10);

/** The window with what may come into the log after it. */
export const withLate = (window: Incident["window"]): Incident["window"] =>
  window?.state === "closes" ? { ...window, at: window.at + LATE * 1_000 } : window;

/** Whether the log is read until nothing that is out works any more, and what comes late has come. */
export function isOver({ window }: Incident, { readUntil }: WatchRecord): boolean {
  return window?.state === "closes" && readUntil >= window.at + LATE * 1_000;
}

/** What a turn came to, for people. */
export function resultOf(incident: Incident, record: WatchRecord, failure: unknown, now: Instant): StepResult {
  const isUnread = failure !== undefined && record.readUntil <= incident.openedAt;
  const gaps = record.gaps.length === 0 ? "" : `, but for ${counted(record.gaps.length, "gap")} of which nobody knows`;
  const read = isUnread
    ? UNREAD
    : `The tenant's log is read until ${momentBefore(record.readUntil)}${gaps}. ${told(record)}`;
  if (failure !== undefined) {
    const missing = [`The tenant's log could not be read on: ${whyOf(failure)}`];
    return { at: now, outcome: "incomplete", message: read, missing, code: codeOf(failure) };
  }
  if (isOver(incident, record)) return { at: now, outcome: "done", message: read };
  if (record.turns >= MOST_TURNS) {
    return { at: now, outcome: "incomplete", message: read, missing: [NO_TURNS], code: null };
  }
  const { window } = incident;
  const until = window?.state === "closes" ? `until ${momentOf(window.at + LATE * 1_000)}` : "until the window closes";
  return { at: now, outcome: "incomplete", message: read, missing: [`${WATCHING_ON} ${until}.`], code: null };
}

/** How the line begins that says that nothing is wrong: there is only more to watch. */
export const WATCHING_ON = "Watching goes on";

const UNREAD = "Nothing of the tenant's log was read yet: what was done with what leaked nobody has seen.";

/** What is missing where no turns are left. */
export const NO_TURNS =
  "Watching has ended before the window closes: no turns are left. Stop its execution where it still runs, and start the incident again to go on.";

function told({ told: uses }: WatchRecord): string {
  const count = uses.reduce((sum, use) => sum + use.count, 0);
  return count === 0
    ? "It shows no use that should not be; uses at APIs other than Auth0's own never stand there."
    : `It shows ${counted(count, "event")} that should not be.`;
}

/** Why the log was not read, for people. */
export const whyOf = (failure: unknown): string =>
  failure instanceof Error ? failure.message : "the reason is not known";

const codeOf = (failure: unknown): ErrorCode | null => (failure instanceof CurfewError ? failure.code : null);
