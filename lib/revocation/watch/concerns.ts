import type { Instant } from "../../history/history.ts";
import { isSinceOpened, staysLocked } from "../incident/how-far.ts";
import type { Incident } from "../incident/incident.ts";
import type { LogEvent } from "../ports.ts";
import { isForItself, SKEW } from "./issued.ts";
import { kindOfUse } from "./log-use.ts";

/**
 * What an event is to an incident: `told` is a use that should not be; `counted` one that cannot be told from what is
 * allowed.
 */
export type Concern = "told" | "counted";

/** What decides it beside the event. */
export interface Standing {
  incident: Pick<Incident, "clientId" | "token" | "drill" | "leak" | "restored">;
  /** Since when the application is locked; null while it is not. */
  lockedAt: Instant | null;
  /** `jti`s of tokens that were given out since access is given back. */
  renewed: readonly string[];
}

/** Whether nothing closes the application. As long as nobody could look at it, that is not known, and it may be closed. */
export const staysOpen = ({ leak }: Pick<Incident, "leak">): boolean => leak?.levers.length === 0;

/** Undefined for an event that is about neither the application nor the token. */
export function concernOf(event: LogEvent, standing: Standing): Concern | undefined {
  const { incident, lockedAt } = standing;
  if (isLeakedToken(event, incident)) return incident.drill ? "counted" : "told";
  if (event.clientId !== incident.clientId) return undefined;
  if (incident.drill) return "counted";
  // Where nothing was closed the application goes on; only the user whose token leaked can be told apart.
  if (staysOpen(incident)) return isLeakedUser(event, incident) ? "told" : "counted";
  if (lockedAt === null || event.at < lockedAt) return "counted";
  return isAllowedAgain(event, standing) ? "counted" : "told";
}

/**
 * Whether an event should not be only because nobody knows its token: that it was given out since the lock was opened may
 * come into the log after it. One that adds an application is no such event: what that one does is followed from then on.
 */
export const isOfUnknownToken = (event: LogEvent, standing: Standing): boolean =>
  event.tokenId !== undefined &&
  isSinceNearlyOpened(event, standing.incident) &&
  event.createdClient === undefined &&
  concernOf(event, standing) === "told" &&
  concernOf(event, { ...standing, renewed: [event.tokenId] }) === "counted";

const isLeakedToken = ({ tokenId }: LogEvent, { token }: Pick<Incident, "token">): boolean =>
  token !== null && token.jti !== null && tokenId === token.jti;

const isLeakedUser = ({ userId }: LogEvent, { token }: Pick<Incident, "token">): boolean =>
  token !== null && token.subject !== null && userId === token.subject;

/**
 * Since the lock was opened to give access back only tokens from before that should not be used. One that the log does
 * not name, or names and that was given out since, is allowed; so is being given one. Where no grant type came back that
 * holds for its users alone: for itself it is given none, uses none, and should ask for none.
 */
function isAllowedAgain(event: LogEvent, { incident, renewed }: Standing): boolean {
  if (staysLocked(incident) && isOwn(event)) return false;
  if (isGivenSince(event, incident) || isOneOf(event, renewed)) return true;
  if (!isSinceOpened(event, incident)) return false;
  return kindOfUse(event) === "token-refused" || event.tokenId === undefined;
}

/**
 * Logging in, and failing to, may name no user: only what is done with a token says by that whose it is. `feccft` is by
 * its type for the application itself: somebody tries its credential, and is refused.
 */
const isOwn = (event: LogEvent): boolean =>
  isForItself(event) || event.type === "feccft" || (event.userId === undefined && event.tokenId !== undefined);

/** Whether a token was given out since the lock was opened. As long as that holds none is. */
export const isGivenSince = (event: LogEvent, incident: Standing["incident"]): boolean =>
  kindOfUse(event) === "token-issued" && isSinceNearlyOpened(event, incident);

/** What the log dates in the seconds before the lock was opened may be from since then: clocks differ. */
const isSinceNearlyOpened = ({ at }: LogEvent, incident: Standing["incident"]): boolean =>
  isSinceOpened({ at: at + SKEW }, incident);

const isOneOf = ({ tokenId }: LogEvent, renewed: readonly string[]): boolean =>
  tokenId !== undefined && renewed.includes(tokenId);
