import {
  INCIDENT_STEPS,
  type Incident,
  type IncidentStep,
  type StepResult,
} from "../../lib/revocation/incident/incident.ts";
import type { Terminal } from "../terminal.ts";
import { type Came, matterOf, stepTexts } from "./incident-text.ts";

/** Steps that are told whenever what they say is another thing, and not whenever they ran. */
export type StepTeller = (incident: Incident) => void;

/**
 * Tells on standard error what the steps of an incident come to, each thing once.
 *
 * @param known what was shown already
 */
export function stepTeller({ err, width }: Terminal, known?: Incident): StepTeller {
  const told = new Map<IncidentStep, string>();
  const news = ({ steps }: Incident): Came[] =>
    INCIDENT_STEPS.flatMap((step): Came[] => {
      const result = steps[step];
      if (!result || told.get(step) === newsOf(step, result)) return [];
      told.set(step, newsOf(step, result));
      return [[step, result]];
    });
  if (known) news(known);
  return (incident) => {
    for (const text of stepTexts(news(incident), width, incident.openedAt)) err(`${text}\n`);
  };
}

/** Each turn of watching says how far it read, which is no news. */
const newsOf = (step: IncidentStep, result: StepResult): string =>
  step === "watch" ? result.outcome : matterOf(result);
