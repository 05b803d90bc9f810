import type { Instant } from "../../history/history.ts";
import type { Incident, StepResult } from "../incident/incident.ts";
import { changeIncident, withStep } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import type { IncidentParts } from "../parts.ts";
import type { LogEvent } from "../ports.ts";
import { momentOf } from "../window/window-text.ts";
import { kindOfUse } from "./log-use.ts";

/** Tokens that the application was given for itself after it was locked and before it was restored, as the log says. */
export interface Issued {
  /** Of the last one; 0 where only some from before the lock are known. */
  at: Instant;
  /** Of the last one that contradicts the proof: since access is given back it may be the application's own. */
  shutAt: Instant | null;
  /** For what; `any` where the log does not say, or says too much. */
  audiences: readonly string[] | "any";
}

/** Bounds what one row holds. */
const MOST_AUDIENCES = 100;
const MOST_BYTES = 30_000;

/**
 * Whether an event gave the application a token for itself. One that names no user counts, whatever its type: none is
 * better than one too few.
 */
export const isForItself = (event: LogEvent): boolean =>
  kindOfUse(event) === "token-issued" && (event.type === "seccft" || event.userId === undefined);

/**
 * Clocks differ: the one that dates the log, and this one. What the application itself gets in the seconds after it was
 * opened again must not look as if it had been shut, and what a thief gets after a proof not as if before it.
 * Milliseconds.
 */
export const SKEW = 20_000;

/**
 * What is known of such tokens, with one more.
 *
 * @param openedAt since when such a token is as approved; undefined while it is not
 */
export function withIssued(issued: Issued | null, { at, audience }: LogEvent, openedAt: Instant | undefined): Issued {
  const known = issued?.audiences ?? [];
  const audiences = known === "any" || !audience ? "any" : [...new Set([...known, audience])];
  const shutAt = issued?.shutAt ?? null;
  return {
    at: Math.max(issued?.at ?? at, at),
    shutAt: at < (openedAt ?? Number.POSITIVE_INFINITY) ? Math.max(shutAt ?? at, at) : shutAt,
    audiences:
      audiences.length > MOST_AUDIENCES || Buffer.byteLength(JSON.stringify(audiences)) > MOST_BYTES
        ? "any"
        : audiences,
  };
}

/** With what a token from before the lock was for: that is within reach, too. It says nothing of the lock. */
export const withAudienceOf = (issued: Issued | null, event: LogEvent): Issued =>
  withIssued(issued, { ...event, at: issued?.at ?? 0 }, 0);

/**
 * Takes back a proof that the log contradicts: whoever opens the application and closes it again between two looks
 * leaves nothing but the token. It is proven anew, and the window counts from then. Where access is given back by now
 * nothing can be proven any more: it is recorded that it was not contained. What the application gets since then
 * contradicts nothing.
 */
export async function withoutVoidProof(
  incident: Incident,
  issued: Issued | null,
  { table, clock }: Pick<IncidentParts, "table" | "clock">,
): Promise<Incident> {
  if (!issued || !isVoid(incident, issued)) return incident;
  const at = clock.now();
  const target = issued.audiences === "any" ? "" : ` for ${issued.audiences.slice(0, 5).join(", ")}`;
  const line = `${incident.clientId} was given tokens${target}, the last one at ${momentOf(issued.shutAt ?? issued.at)}: after it was proven that it gets none.`;
  const result: StepResult = {
    ...{ at, outcome: "incomplete", message: "The log contradicts the proof.", missing: [line], code: null },
  };
  await addToTimeline(table, incident.id, { at, who: "curfew", what: "The proof does not hold.", answer: line });
  return changeIncident(table, incident.id, (known) => {
    if (!isVoid(known, issued)) return known;
    const { restored } = known;
    const refuted = restored ? { ...known, restored: { ...restored, refutedAt: restored.refutedAt ?? at } } : known;
    return withStep(refuted, "prove", result);
  });
}

/**
 * Since the proof began to ask nothing should be given out: whoever opens the application and closes it between two
 * questions leaves nothing but the token. One that the log dates a moment before may have come after it; where it did
 * not, proving again costs little.
 */
const isVoid = ({ drill, steps: { prove } }: Incident, { shutAt }: Issued): boolean =>
  !drill &&
  prove?.outcome === "done" &&
  shutAt !== null &&
  Math.min(prove.began ?? prove.at, prove.at) - SKEW <= shutAt;
