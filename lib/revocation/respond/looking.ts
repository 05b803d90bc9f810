import type { Instant } from "../../history/history.ts";
import { LONGEST_RETENTION } from "../../history/log-retention.ts";
import type { Seconds } from "../../model/duration.ts";
import type { Incident } from "../incident/incident.ts";
import { pauseAfter, SOON } from "../pause.ts";
import { DRILL_WAITS } from "./how-long.ts";

/**
 * Whether what cannot be read, of the log or of the tenant, is let alone: nothing that is out works any more, or Auth0
 * has forgotten what was before. That keeps nobody from closing the incident; the evidence says so.
 */
export const isPointless = ({ drill, openedAt, window }: Incident, now: Instant): boolean =>
  now >= openedAt + (drill ? DRILL_WAITS : LONGEST_RETENTION) || (window?.state === "closes" && window.at <= now);

/** The longer it takes, the longer until it is tried again; for the last time when the window closes. */
export function lookingPause({ openedAt, window }: Incident, now: Instant): Seconds {
  const left = window?.state === "closes" ? (window.at - now) / 1_000 : Number.POSITIVE_INFINITY;
  return Math.max(SOON, Math.min(pauseAfter(now - openedAt), Math.ceil(left)));
}
