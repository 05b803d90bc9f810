import { terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import type { Exposure } from "../../lib/revocation/investigate/exposed.ts";
import { stateOf } from "../incident/incident-text.ts";
import type { KeptFile } from "./keep-evidence-here.ts";
import { timeText } from "./rotation-story.ts";
import { type Deed, type Thief, USES } from "./thief.ts";

/** Something that the thief did. */
export const deedLine = ({ at, what, status }: Deed, width: number): string =>
  `${wrapped(`${timeText(at)} thief ${what}: ${status}${status < 300 ? "" : ", refused"}`, width, "  ", "    ")}\n`;

/** What became of the thief. */
export function thiefText({ deeds }: Thief, width: number): string {
  const refused = deeds.filter(({ status }) => status >= 400).length;
  const used = deeds.filter(({ what, status }) => what === USES && status < 300).length;
  const text = `The thief was refused ${refused} times. The token from before still works, as was said at once: it was used ${used} times. Auth0's log shows what is changed with it, and nothing of what is only read.`;
  return `\n${wrapped(text, width)}\n`;
}

/** What else may be exposed or planted, as the incident found out. */
export function exposedText(exposures: readonly Exposure[], width: number): string {
  const lines = exposures.map(
    ({ what, clientId, why }) => `${clientId === null ? "" : `${clientId}: `}${what} (${why})`,
  );
  return `\nWhat else the thief may have, as the incident found out:\n${lines.map((line) => `${wrapped(`- ${terminalText(line)}`, width, "  ", "    ")}\n`).join("")}`;
}

/** Where the evidence is, with its hashes. */
export function evidenceText(files: readonly KeptFile[], width: number): string {
  const lines = files.map(
    ({ path, sha256, isSame }) =>
      `${wrapped(path, width, "  ", "    ")}\n${wrapped(`SHA-256 ${sha256}, ${isSame ? "as the timeline has it" : "which is NOT what the timeline has"}`, width, "    ")}\n`,
  );
  return lines.join("");
}

/** What is not over when the story ends: incidents, and applications that no incident is about. */
export function openText(incidents: readonly Incident[], clients: readonly string[], width: number): string {
  const lines = [
    ...incidents.map(
      (incident) =>
        `The incident ${incident.id}, about ${incident.clientId}, is not closed: the application is ${stateOf(incident)}, and nobody has deleted it.`,
    ),
    ...clients.map(
      (client) => `${client} is another one that may be planted. Nobody has contained it: no incident is about it.`,
    ),
  ];
  if (lines.length === 0) return "";
  return `\nWhat stays open:\n${lines.map((line) => `${wrapped(`- ${terminalText(line)}`, width, "  ", "    ")}\n`).join("")}`;
}

/** Subjects of the mails about incidents, each once. */
export function heardText(mails: readonly { subject: string }[], width: number): string {
  const subjects = [...new Set(mails.map(({ subject }) => subject))];
  return `\nWhat people heard meanwhile:\n${subjects.map((subject) => `${wrapped(`- ${terminalText(subject)}`, width, "  ", "    ")}\n`).join("")}`;
}
