import type { Exchanges, FirstSeen, History, Instant, SecretAge } from "../../lib/history/history.ts";
import { days } from "../../lib/model/duration.ts";
import { aContext } from "./inventory.ts";

/** So many days before the moment of {@link aContext}. */
export const daysAgo = (count: number): Instant => aContext().now - days(count) * 1_000;

/** A log that was read for 200 days and until now, in which nothing happened. */
export const aLog = (changes: Partial<Exchanges> = {}): Exchanges => ({
  status: "complete",
  since: daysAgo(200),
  until: daysAgo(0),
  lastSeen: new Map(),
  ...changes,
});

/** What is known of a tenant that was audited daily for 300 days, and nothing of its clients. */
export const aHistory = (changes: Partial<History> = {}): History => ({
  startedAt: daysAgo(0),
  secrets: new Map(),
  seen: new Map(),
  managed: new Set(),
  own: new Set(),
  probes: new Map(),
  rotationTroubles: new Map(),
  exchanges: aLog(),
  lastCompleteAudit: daysAgo(1),
  firstAudit: daysAgo(300),
  interval: days(1),
  notes: [],
  ...changes,
});

/** A secret that was set so many days ago, by Curfew's own record. */
export const anAge = (age: number, changes: Partial<SecretAge> = {}): SecretAge => ({
  since: daysAgo(age),
  source: "rotation",
  isAtLeast: false,
  ...changes,
});

/** A client that was there when Curfew first looked, so many days ago. */
export const seenFor = (count: number, changes: Partial<FirstSeen> = {}): FirstSeen => ({
  first: daysAgo(count),
  ...changes,
});
