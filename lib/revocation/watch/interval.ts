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

/** At first, while it is open, somebody waits at the screen. Turns. */
const CLOSE_LOOKS = 60;

/**
 * How long to wait until the next turn: at least a minute, and so long that the turns that are left last until the
 * window closes. Over a whole window that is its length by {@link MOST_TURNS}.
 *
 * @param turns that there were
 */
export function watchInterval(window: ExposureWindow | null, turns: number, now: Instant): Seconds {
  if (window?.state !== "closes" && turns < CLOSE_LOOKS) return SHORTEST;
  const end = window?.state === "closes" ? window.at : now + OPEN_FOR * 1_000;
  const left = Math.max(1, MOST_TURNS - turns);
  const even = Math.ceil((end - now) / 1_000 / left);
  return Math.min(LONGEST, Math.max(SHORTEST, even));
}
