import { incidentDesk } from "../../lib/aws/incident-desk.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { type Asked, type AskedStep, readAsked } from "../../lib/revocation/approvals/asked.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { momentOf } from "../../lib/revocation/window/window-text.ts";
import { openDeployedLedger } from "../deployed-ledger.ts";
import { followCommand, stateOf } from "../incident/incident-text.ts";
import { personAgrees } from "../person-agrees.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew approve` and `curfew reject`. */
export interface DecideOptions {
  table?: string;
  desk?: string;
  yes: boolean;
}

/** What is decided, and how. */
interface Decision {
  incident: string;
  step: AskedStep;
  decision: "approve" | "reject";
}

/** Shows what an incident asks, and gives a person's answer to exactly that. */
export async function runDecide(
  { incident: id, step, decision }: Decision,
  options: DecideOptions,
  terminal: Terminal,
  invocation: Invocation,
): Promise<void> {
  const named = { ...(options.desk ? { url: options.desk } : {}), ...(options.table ? { table: options.table } : {}) };
  const desk = incidentDesk(named, invocation.signal);
  const table = await openDeployedLedger((await desk.place()).table);
  const incident = await readIncident(table, id);
  const asked = await readAsked(table, id, step);
  if (!asked) throw new CurfewError("arguments-invalid", `The incident ${id} asks nothing about ${step} (yet).`);
  terminal.err(askedText(incident, step, asked, terminal.width));
  const question = { question: QUESTIONS[decision], otherwise: decision, yes: options.yes };
  if (!(await personAgrees(question, terminal, invocation))) return;
  const { waits } = await desk.decide({ incident: id, step, decision, planHash: asked.planHash });
  terminal.out(`${wrapped(ANSWERED[decision][waits ? "waits" : "recorded"], terminal.width)}\n`);
  terminal.err(`How it goes on: ${followCommand(id)}\n`);
}

const QUESTIONS = { approve: "Approve exactly this?", reject: "Reject it?" } as const;

const ANSWERED = {
  approve: {
    waits: "Approved; Curfew does it now.",
    recorded:
      "Your approval is on record. Nothing waits for it at this moment: somebody else has to agree as well, or the question is asked again.",
  },
  reject: {
    waits: "Rejected; everything stays as it is.",
    recorded: "Your rejection is on record; everything stays as it is.",
  },
} as const;

/** What is asked, whole: nobody agrees to what they have not seen. */
function askedText(incident: Incident, step: AskedStep, asked: Asked, width: number): string {
  const { lines, until, planHash, decision } = asked;
  const all = [
    `${incident.id}: ${stateOf(incident)}; ${incident.clientId} in ${incident.tenant}. Reason: ${incident.reason}`,
    ABOUT[step],
    ...lines.map((line) => `- ${line}`),
    `Plan ${planHash}; an answer counts until ${momentOf(until)}.`,
    ...(decision ? [`It was answered already: ${decision.decision} by ${decision.by}.`] : []),
  ];
  return all.map((line) => `${wrapped(terminalText(line), width, "", line.startsWith("-") ? "  " : "")}\n`).join("");
}

const ABOUT: Readonly<Record<AskedStep, string>> = {
  "key-revocation":
    "It asks whether to revoke the key that signed the tokens. That cannot be undone: every token that this key signed stops working wherever keys are read again.",
  restore: "It asks whether to give back the following, and nothing else:",
};
