import type { Instant } from "../../history/history.ts";
import { days, hours, minutes, type Seconds } from "../../model/duration.ts";
import type { ExposureWindow } from "../window/window.ts";

/**
 * How many turns a watch has. Each leaves some ten events in the history of an execution of Step Functions, which may
 * hold 25,000. Source: Step Functions developer guide, "Quotas".
 */
export const MOST_TURNS = 1_800;

/** Auth0's log is not faster than that, and reading it has a price on small plans. */
const SHORTEST: Seconds = minutes(1);

/** The smallest plan keeps events for a day: none may go unread. */
const LONGEST: Seconds = hours(6);

/** As long as nobody knows when the window closes, turns are kept for so long again. */
const OPEN_FOR: Seconds = days(30);

/** After the window nothing that is out works any more: what is looked for is what something else opens. */
const AFTER_THE_WINDOW: Seconds = hours(3);

/** Turns that are kept for that: for a week in which people may answer, and a day in which a late yes is tried. */
const KEPT_TURNS = days(8) / AFTER_THE_WINDOW;

/** At first, while it is open, somebody waits at the screen. Turns. */
const CLOSE_LOOKS = 60;

/**
 * How long to wait until the next turn: at least a minute, and so long that the turns that are left last until the
 * window closes. Over a whole window that is its length by {@link MOST_TURNS}. After it: three hours.
 *
 * @param turns that there were
 * @param atLeastUntil where watching goes on after the window
 */
export function watchInterval(
  window: ExposureWindow | null,
  turns: number,
  now: Instant,
  atLeastUntil: Instant | null = null,
): Seconds {
  if (window?.state !== "closes" && turns < CLOSE_LOOKS) return SHORTEST;
  const close = window?.state === "closes" ? window.at : now + OPEN_FOR * 1_000;
  const end = Math.max(close, atLeastUntil ?? 0);
  if (now >= close) return Math.min(AFTER_THE_WINDOW, Math.max(SHORTEST, Math.ceil((end - now) / 1_000)));
  const left = Math.max(1, MOST_TURNS - turns - (end > close ? KEPT_TURNS : 0));
  const even = Math.ceil((close - now) / 1_000 / left);
  return Math.min(LONGEST, Math.max(SHORTEST, even));
}
