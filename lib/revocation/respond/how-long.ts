import type { Instant } from "../../history/history.ts";
import { days, type Seconds } from "../../model/duration.ts";
import type { Asked } from "../approvals/asked.ts";
import type { Incident } from "../incident/incident.ts";
import { AFTERWARDS } from "../watch/end.ts";

/** The longest that a window without an end is waited for: as long as tokens live at most. Milliseconds. */
const LONGEST_WINDOW = days(30) * 1_000;

/** For so long a drill waits for an answer. Milliseconds. */
export const DRILL_WAITS = days(1) * 1_000;

/** Between two reminders; and for so long what was approved is tried at least. */
export const A_DAY: Seconds = days(1);

/** Until when an answer is waited for. A drill shows that one is asked for; nobody is reminded of it for weeks. */
export function lastAnswer({ window, openedAt, drill }: Incident): Instant {
  if (drill) return openedAt + DRILL_WAITS;
  const end = window?.state === "closes" ? window.at : Math.max(window?.knownUntil ?? 0, openedAt + LONGEST_WINDOW);
  return end + AFTERWARDS;
}

/**
 * Until when something may come of what was asked. What was approved at the last moment is tried for a day; and an answer
 * counts as long as was said when it was asked for, also where the window got shorter since.
 */
export function lastTry(incident: Incident, asked: Pick<Asked, "until" | "decision"> | undefined): Instant {
  const last = lastAnswer(incident);
  if (!asked) return last;
  if (asked.decision === null) return Math.max(last, asked.until);
  return asked.decision.decision === "approve" ? Math.max(last, asked.decision.at + A_DAY * 1_000) : last;
}
