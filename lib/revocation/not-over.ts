import type { Instant } from "../history/history.ts";
import { days, type Seconds } from "../model/duration.ts";
import type { Incident } from "./incident/incident.ts";
import { recordStep } from "./incident/incidents.ts";
import type { IncidentParts } from "./parts.ts";
import { momentOf } from "./window/window-text.ts";

/** Between two looks whether it is over, at least and at most. */
const SOON: Seconds = 15;
const A_DAY: Seconds = days(1);

/**
 * Records what an incident waits for until it can be closed.
 *
 * @returns the incident as it is now; null where it waits for nothing
 */
export async function recordWaiting(
  incident: Incident,
  { table, clock }: Pick<IncidentParts, "table" | "clock">,
): Promise<Incident | null> {
  const missing = waitsFor(incident, clock.now());
  if (missing.length === 0) return null;
  const message = "The incident cannot be closed yet.";
  const result = { at: clock.now(), outcome: "incomplete" as const, message, missing, code: null };
  return recordStep(table, incident.id, "close", result);
}

/** Nobody watches any more, but an incident is not forgotten: what is open is looked at again, once a day at least. */
export function untilNextLook({ window }: Incident, now: Instant): Seconds {
  const left = window?.state === "closes" ? (window.at - now) / 1_000 : Number.POSITIVE_INFINITY;
  return Math.ceil(Math.max(SOON, Math.min(left, A_DAY)));
}

function waitsFor({ drill, window, ended }: Incident, now: Instant): string[] {
  if (drill || ended) return [];
  if (window === null) return ["Until when tokens keep working is not computed yet."];
  if (window.state === "open") return [...window.because];
  return window.at > now ? [`Tokens that are out may work until ${momentOf(window.at)}.`] : [];
}
