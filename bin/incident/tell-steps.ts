import {
  INCIDENT_STEPS,
  type Incident,
  type IncidentStep,
  type StepResult,
} from "../../lib/revocation/incident/incident.ts";
import type { Terminal } from "../terminal.ts";
import { stepText } from "./incident-text.ts";

/** Steps that are told whenever what they say is another thing, and not whenever they ran. */
export type StepTeller = (incident: Incident) => void;

/**
 * Tells on standard error what the steps of an incident come to, each thing once.
 *
 * @param known what was shown already
 */
export function stepTeller({ err, width }: Terminal, known?: Incident): StepTeller {
  const told = new Map<IncidentStep, string>();
  const news = ({ steps }: Incident): [IncidentStep, StepResult][] =>
    INCIDENT_STEPS.flatMap((step) => {
      const result = steps[step];
      if (!result || told.get(step) === matterOf(step, result)) return [];
      told.set(step, matterOf(step, result));
      return [[step, result] as [IncidentStep, StepResult]];
    });
  if (known) news(known);
  return (incident) => {
    for (const [step, result] of news(incident))
      err(`${stepText(step, result, width, incident.openedAt).join("\n")}\n`);
  };
}

/** Each turn of watching says how far it read, which is no news. */
const matterOf = (step: IncidentStep, { at: _, ...matter }: StepResult): string =>
  step === "watch" ? matter.outcome : JSON.stringify(matter);
