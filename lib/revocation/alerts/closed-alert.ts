import { harmless } from "../../alerts/harmless-text.ts";
import { type Incident, wasContained } from "../incident/incident.ts";
import { windowLine } from "../window/window-text.ts";
import { nameOf, type Told, type Turn } from "./told.ts";

/** Only what is known to be over is said to be. */
function closedWords(incident: Incident): string {
  const { ended, window } = incident;
  const isOver = !ended || (window?.state === "closes" && window.at <= ended.at);
  const by = ended ? `${harmless(ended.by, 120)} ended it. ` : "";
  if (!isOver) return `${by}Nobody watches any more, and tokens that are out may still work: ${windowLine(window)}.`;
  if (wasContained(incident)) return `${by}Tokens that were out when it was contained are over.`;
  return `${by}It was never proven to be contained; only tokens that Curfew knows of are over.`;
}

export function closed(incident: Incident, { at, evidence, questions }: Turn<"closed">): Told {
  return {
    severity: "high",
    title: `the incident of ${nameOf(incident)} is closed`,
    text: `${closedWords(incident)} The evidence holds what was done, seen and asked.`,
    facts: evidence.map(({ name, sha256 }) => ({ label: "Evidence", value: `${name}, SHA-256 ${sha256}` })),
    items: questions.map((question) => `Open question: ${question}`),
    steps: ["Read the evidence with the people concerned; decide about its open questions."],
    matter: [],
    at,
  };
}
