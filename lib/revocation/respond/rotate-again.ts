import type { Instant } from "../../history/history.ts";
import { hours, minutes, type Seconds } from "../../model/duration.ts";
import { nextStep } from "../contain/respond-order.ts";
import { isOpened } from "../incident/how-far.ts";
import type { Incident } from "../incident/incident.ts";
import { pauseAfter } from "../pause.ts";

/** Between two tries of what could not be done, at least. */
const SOONEST: Seconds = minutes(10);

/**
 * Between two tries at most. Something else may put back what was taken away before each turn of watching, and every try
 * takes 18 events of a history that holds 25,000, 23 where it dies: `test/infra/incident-history.test.ts`
 * counts them.
 */
const LATEST: Seconds = hours(48);

/**
 * Containing takes a quarter of an hour; rotating, proving and the window, which comes last, take 66 minutes where every
 * state of them runs out of time in all its tries, and 21 more to say so. Milliseconds.
 */
const LONGEST_REPLACING = minutes(105) * 1_000;

/** Whether what leaked is being replaced and proven dead beside watching, for the first time. */
export const isBeingReplaced = ({ window, openedAt }: Incident, now: Instant): boolean =>
  window === null && now < openedAt + LONGEST_REPLACING;

/**
 * Doing that once more takes 46 minutes where both states of it run out of time in all their tries, 14 more to say so,
 * and 5 until the turn that asks for it has answered. Milliseconds.
 */
const LONGEST_AGAIN = minutes(65) * 1_000;

/** Whether that is being done once more beside watching. Who dies over it records nothing: then it is over in an hour. */
export const isBeingReplacedAgain = ({ askedAgain }: Incident, now: Instant): boolean =>
  askedAgain !== undefined && !askedAgain.isOver && now < askedAgain.at + LONGEST_AGAIN;

/** Whether either may be under way: what a person has ended waits for neither. */
export const mayBeBeingReplaced = (incident: Incident, now: Instant): boolean =>
  !incident.drill &&
  incident.leak?.levers.includes("rotate") !== false &&
  (isBeingReplaced(incident, now) || isBeingReplacedAgain(incident, now));

/** Turns are a minute apart; one that did not answer is asked for once more after five seconds. Milliseconds. */
const SAME_TURN = 30_000;

/**
 * Whether it was the same turn that asked for that, and its answer did not arrive: as long as it is not over, nobody has
 * begun it.
 *
 * @param now when the turn begins
 */
export const wasJustAsked = ({ askedAgain }: Incident, now: Instant): boolean =>
  askedAgain !== undefined && now < askedAgain.at + SAME_TURN;

/**
 * Whether what leaked should be replaced and proven dead once more, by the function that may: it was not done yet, or
 * something was put back and taken away again, which makes every proof an old one. The longer the incident lasts, the
 * longer it waits after the last try, as everything does that is tried again.
 *
 * @param isDeciding false where a later incident decides: that one replaces. Of two that do, each would take the other's
 * credential for one that leaked.
 */
export function shouldRotateAgain(incident: Incident, now: Instant, isDeciding: boolean): boolean {
  if (incident.drill || isOpened(incident)) return false;
  if (isBeingReplaced(incident, now) || isBeingReplacedAgain(incident, now)) return false;
  const { rotate, prove } = incident.steps;
  const last = Math.max(rotate?.at ?? 0, prove?.at ?? 0, incident.askedAgain?.at ?? 0);
  const pause = Math.min(pauseAfter(now - incident.openedAt), LATEST);
  const waited = (now - last) / 1_000;
  const { step } = nextStep(incident, now);
  if (step === "rotate" || step === "prove") return waited >= pause;
  const isLeft = rotate?.outcome === "not-applicable" && rotate.leftTo !== undefined;
  const isUnreplaced = isDeciding && (isLeft || rotate?.outcome === "incomplete");
  const isMissing = isUnreplaced || prove?.outcome === "incomplete";
  return isMissing && waited >= Math.max(SOONEST, pause);
}
