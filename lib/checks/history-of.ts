import type { Exchanges, History, Instant } from "../history/history.ts";
import { days } from "../model/duration.ts";
import type { CheckContext } from "./define-check.ts";
import { secondsSince } from "./instants.ts";
import { type NotSaid, noHistory } from "./outcome.ts";

/** The history of a check with `needsHistory`: the evaluation guarantees it. */
export function historyOf({ history }: CheckContext): History {
  if (!history) throw new TypeError("a check with needsHistory was evaluated without a history");
  return history;
}

/** The log of a check with `needsLogs`: the evaluation guarantees it. */
export function logOf(context: CheckContext): Exchanges {
  const { exchanges } = historyOf(context);
  if (exchanges.status !== "complete") throw new TypeError("a check with needsLogs was evaluated without the log");
  return exchanges;
}

/** A log is not real time, and an audit takes a while: what was read until yesterday is read until now. */
const FRESH = days(1);

/**
 * Why nothing that hangs on an event's absence can be said: the log was read until a while ago only, and the event may
 * be in the rest. Undefined when the log was read until now.
 */
export function whyNotCurrent({ until }: Exchanges, now: Instant): NotSaid | undefined {
  return secondsSince(until, now) > FRESH
    ? noHistory(`the tenant's log was read until ${dayOf(until)} only, for lack of time`)
    : undefined;
}

/** `2026-11-23`, UTC. */
export const dayOf = (instant: Instant): string => new Date(instant).toISOString().slice(0, 10);
