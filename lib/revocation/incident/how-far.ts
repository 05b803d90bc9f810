import type { Instant } from "../../history/history.ts";
import { type Incident, isComplete } from "./incident.ts";

/** How far giving access back is; each of these is further than the one before it. */
export type HowFar =
  /** What was taken away has to stay away. That a second person agreed changes nothing of it. */
  | "shut"
  /** What was approved is coming back: its grants may be there; the lock and the network ACL hold. */
  | "giving"
  /** All grants are seen to be back: the lock and the network are opened at any moment, or are. Not where that is refused. */
  | "opened"
  /** All that was approved is seen to be back. */
  | "given";

/** What {@link howFar} follows from. */
type GivingBack = Pick<Incident, "restoring" | "restored" | "steps">;

/**
 * How far giving access back is. Each is recorded before the first request that it allows, so whoever has seen at Auth0
 * what is there and reads the incident after that knows what of it was given back, whoever died in between. Where a later
 * incident gives it back, that one says that it is open, or stays locked.
 */
export function howFar({ restoring, restored, steps }: GivingBack): HowFar {
  if (restored) {
    const isSeen = restored.isOpen || restored.staysLocked;
    return (restored.by && isSeen) || isComplete(steps.restore) ? "given" : "opened";
  }
  return restoring ? "giving" : "shut";
}

/** Whether it was begun to give access back. */
export const isBegun = (incident: GivingBack): boolean => howFar(incident) !== "shut";

/** Whether the lock may be opened by now: from then on that the application gets tokens is no news. */
export const isOpened = (incident: GivingBack): boolean => ["opened", "given"].includes(howFar(incident));

/** Whether all that was approved is seen to be back. */
export const isGivenBack = (incident: GivingBack): boolean => howFar(incident) === "given";

/** Whether no grant type was among what was given back, by whomever: it still gets no tokens for itself. */
export const staysLocked = ({ restored }: Pick<Incident, "restored">): boolean => restored?.staysLocked === true;

/** Whether it is as was approved, or is about to be: not where it stays locked, and something else may have opened it. */
export const isAsApproved = (incident: GivingBack): boolean =>
  isOpened(incident) && (!staysLocked(incident) || isComplete(incident.steps.lock));

/** Whether the lock was seen to be open by what was approved, whoever gave it back. */
export const isSeenOpen = (incident: GivingBack): boolean =>
  !staysLocked(incident) && (incident.restored?.isOpen === true || isGivenBack(incident));

/**
 * Whether something is from when access was given back, or later: from then on the application's own work is allowed.
 * Until all of it is back the moment moves on as long as the lock is seen to hold.
 */
export const isSinceOpened = ({ at }: { at: Instant }, { restored }: Pick<Incident, "restored">): boolean =>
  restored !== undefined && at >= restored.at;

/** Since when a token that it is given for itself is as approved; undefined before that, and for ever where it stays locked. */
export const openSince = (incident: Pick<Incident, "restored">): Instant | undefined =>
  staysLocked(incident) ? undefined : incident.restored?.at;
