import { counted } from "../../alerts/harmless-text.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import { days } from "../../model/duration.ts";
import { type TellingParts, tellIncident, tellUntold } from "../alerts/tell.ts";
import { type EvidenceParts, keepEvidence } from "../evidence/keep-evidence.ts";
import type { Incident, StepResult } from "../incident/incident.ts";
import { changeIncident } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import { tellRest } from "../watch/tell-uses.ts";
import { notYet, waitsFor } from "./not-over.ts";

/** What closing works with: nothing that acts in the tenant. */
export type ClosingParts = EvidenceParts & TellingParts;

/** For so long what cannot be told is tried again before anybody is disturbed in another way. Milliseconds. */
const TELLING = days(1) * 1_000;

/**
 * Closes an incident whose window is over: keeps the evidence, and tells people. While the window is open, or something
 * is not told yet, it records `incomplete` with what it waits for: nobody looks again at what is closed. A drill can be
 * closed at any time, and so can one that a person has ended.
 *
 * @throws CurfewError when the evidence cannot be kept: an incident is not closed without it; `service-failed` when for
 * a day people could not be told
 */
export async function closeIncident(incident: Incident, parts: ClosingParts): Promise<Incident> {
  const { table, clock } = parts;
  if (incident.closedAt !== null) return incident;
  const missing = waitsFor(incident, clock.now());
  if (missing.length > 0) return notYet(incident, missing, parts);
  await tellRest(incident, parts);
  const { bundle, documents } = await keepEvidence(incident, parts);
  const at = Date.parse(bundle.generatedAt);
  for (const { name, sha256 } of documents) {
    const entry = { at, who: "curfew", what: `Kept the evidence ${name}.`, answer: `SHA-256 ${sha256}` };
    await addToTimeline(table, incident.id, entry);
  }
  await tellIncident(incident, { turn: "closed", at, evidence: documents, questions: bundle.questions }, parts);
  const untold = await tellUntold(incident, parts);
  if (untold > 0 && clock.now() - at >= TELLING) throw notTold(incident, untold);
  if (untold > 0)
    return notYet(incident, [`People could not be told of everything yet: ${counted(untold, "alert")}.`], parts);
  const result: StepResult = { at, outcome: "done", message: "The evidence is kept, and the incident is closed." };
  return changeIncident(table, incident.id, (known) => ({
    ...known,
    steps: { ...known.steps, close: result },
    closedAt: known.closedAt ?? at,
  }));
}

const notTold = ({ id }: Incident, untold: number): CurfewError => {
  const what = `${counted(untold, "alert")} could not be sent.`;
  return new CurfewError("service-failed", `People could not be told of the incident ${id} for a day: ${what}`, {
    retryable: true,
  });
};
