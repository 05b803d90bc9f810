import { type TellingParts, tellIncident, tellUntold } from "./alerts/tell.ts";
import { type EvidenceParts, keepEvidence } from "./evidence/keep-evidence.ts";
import type { Incident, StepResult } from "./incident/incident.ts";
import { changeIncident } from "./incident/incidents.ts";
import { addToTimeline } from "./incident/timeline.ts";
import { notYet, waitsFor } from "./not-over.ts";

/** What closing works with: nothing that acts in the tenant. */
export type ClosingParts = EvidenceParts & TellingParts;

/**
 * Closes an incident whose window is over: keeps the evidence, and tells people. While the window is open it records
 * `incomplete` with what it waits for. A drill can be closed at any time,
 * and so can one that a person has ended.
 *
 * @throws CurfewError when the evidence cannot be kept: an incident is not closed without it
 */
export async function closeIncident(incident: Incident, parts: ClosingParts): Promise<Incident> {
  const { table, clock } = parts;
  if (incident.closedAt !== null) return incident;
  const missing = waitsFor(incident, clock.now());
  if (missing.length > 0) return notYet(incident, missing, parts);
  await tellUntold(incident, parts);
  const { bundle, documents } = await keepEvidence(incident, parts);
  const at = Date.parse(bundle.generatedAt);
  for (const { name, sha256 } of documents) {
    const entry = { at, who: "curfew", what: `Kept the evidence ${name}.`, answer: `SHA-256 ${sha256}` };
    await addToTimeline(table, incident.id, entry);
  }
  // Told before it is closed: what is closed is not looked at again.
  await tellIncident(incident, { turn: "closed", at, evidence: documents, questions: bundle.questions }, parts);
  const result: StepResult = { at, outcome: "done", message: "The evidence is kept, and the incident is closed." };
  return changeIncident(table, incident.id, (known) => ({
    ...known,
    steps: { ...known.steps, close: result },
    closedAt: known.closedAt ?? at,
  }));
}
