import type { Instant } from "../../history/history.ts";
import { approvedPlan, readAsked } from "../approvals/asked.ts";
import type { Incident, StepResult } from "../incident/incident.ts";
import { changeIncident, withStep } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import type { IncidentParts } from "../parts.ts";
import type { LogEvent } from "../ports.ts";
import { momentOf } from "../window/window-text.ts";
import { kindOfUse } from "./log-use.ts";

/** Tokens that the application was given for itself after it was locked and before it was restored, as the log says. */
export interface Issued {
  /** Of the last one. */
  at: Instant;
  /** For what; `any` where the log does not say, or says too much. */
  audiences: readonly string[] | "any";
}

/** Bounds what one row holds. */
const MOST_AUDIENCES = 100;

/**
 * Whether an event gave the application a token for itself. One that names no user counts, whatever its type: none is
 * better than one too few.
 */
export const isForItself = (event: LogEvent): boolean =>
  kindOfUse(event) === "token-issued" && (event.type === "seccft" || event.userId === undefined);

/** What is known of such tokens, with one more. */
export function withIssued(issued: Issued | null, { at, audience }: LogEvent): Issued {
  const known = issued?.audiences ?? [];
  const audiences = known === "any" || !audience ? "any" : [...new Set([...known, audience])];
  return { at: Math.max(issued?.at ?? at, at), audiences: audiences.length > MOST_AUDIENCES ? "any" : audiences };
}

/**
 * Takes back a proof that the log contradicts: whoever opens the application and closes it again between two looks
 * leaves nothing but the token. It is proven anew, and the window counts from then. What the application gets once
 * somebody has approved to give access back contradicts nothing.
 */
export async function withoutVoidProof(
  incident: Incident,
  issued: Issued | null,
  { table, clock }: Pick<IncidentParts, "table" | "clock">,
): Promise<Incident> {
  if (!issued || !isVoid(incident, issued)) return incident;
  const asked = await readAsked(table, incident.id, "restore");
  if (approvedPlan(asked) !== undefined && (asked?.decision?.at ?? 0) <= issued.at) return incident;
  const at = clock.now();
  const target = issued.audiences === "any" ? "" : ` for ${issued.audiences.slice(0, 5).join(", ")}`;
  const line = `${incident.clientId} was given tokens${target}, the last one at ${momentOf(issued.at)}: after it was proven that it gets none.`;
  const result: StepResult = {
    ...{ at, outcome: "incomplete", message: "The log contradicts the proof.", missing: [line], code: null },
  };
  await addToTimeline(table, incident.id, { at, who: "curfew", what: "The proof does not hold.", answer: line });
  return changeIncident(table, incident.id, (known) =>
    isVoid(known, issued) ? withStep(known, "prove", result) : known,
  );
}

const isVoid = ({ drill, steps: { prove } }: Incident, issued: Issued): boolean =>
  !drill && prove?.outcome === "done" && prove.at <= issued.at;
