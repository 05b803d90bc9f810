import type { Instant } from "../../history/history.ts";
import { days, type Seconds } from "../../model/duration.ts";
import type { Incident } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import type { IncidentParts } from "../parts.ts";
import { pauseAfter, SOON } from "../pause.ts";
import { momentOf } from "../window/window-text.ts";

/** Between two looks whether it is over, at most. */
const A_DAY: Seconds = days(1);

/** Records what an incident waits for until it can be closed, and since when it waits for just that. */
export function notYet(
  { id, steps: { close } }: Incident,
  missing: readonly string[],
  { table, clock }: Pick<IncidentParts, "table" | "clock">,
): Promise<Incident> {
  const isSame = close?.outcome === "incomplete" && close.missing.join() === missing.join();
  const at = isSame ? close.at : clock.now();
  const message = "The incident cannot be closed yet.";
  return recordStep(table, id, "close", { at, outcome: "incomplete", message, missing, code: null });
}

/**
 * Nobody watches any more, but an incident is not forgotten: what is open is looked at again, and what people could not
 * be told is told later; once a day at least.
 */
export function untilNextLook(incident: Incident, now: Instant): Seconds {
  const { window, ended, drill, openedAt } = incident;
  const { close } = incident.steps;
  // What is over may still wait for people to be told, and that since a moment ago, however long it is over.
  if (close?.outcome === "incomplete" && waitsFor(incident, now).length === 0)
    return Math.min(pauseAfter(now - close.at), A_DAY);
  const end = ended?.at ?? (drill ? openedAt : window?.state === "closes" ? window.at : Number.POSITIVE_INFINITY);
  const wait = end > now ? Math.ceil((end - now) / 1_000) : pauseAfter(now - end);
  return Math.min(Math.max(SOON, wait), A_DAY);
}

/** What keeps an incident from being closed, one sentence each. */
export function waitsFor({ drill, window, ended }: Incident, now: Instant): string[] {
  if (drill || ended) return [];
  if (window === null) return ["Until when tokens keep working is not computed yet."];
  if (window.state === "open") return [...window.because];
  return window.at > now ? [`Tokens that are out may work until ${momentOf(window.at)}.`] : [];
}
