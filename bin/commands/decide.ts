import { incidentDesk } from "../../lib/aws/incident-desk.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { type AskedStep, readAsked } from "../../lib/revocation/approvals/asked.ts";
import { countsSince, refuseVoid } from "../../lib/revocation/approvals/counts-since.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { openDeployedLedger } from "../deployed-ledger.ts";
import { shownToApprover } from "../incident/asked-text.ts";
import { type DeskOptions, namedDesk } from "../incident/incident-place.ts";
import { followCommand } from "../incident/incident-text.ts";
import { personAgrees } from "../person-agrees.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew approve` and `curfew reject`. */
export interface DecideOptions extends DeskOptions {
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
  const desk = incidentDesk(namedDesk(options), invocation.signal);
  const table = await openDeployedLedger((await desk.place()).table);
  const incident = await readIncident(table, id);
  const asked = await readAsked(table, id, step);
  if (!asked) throw new CurfewError("arguments-invalid", `The incident ${id} asks nothing about ${step} (yet).`);
  if (incident.closedAt === null && !incident.ended) refuseVoid(asked, await countsSince(table, incident, step), step);
  const shown = shownToApprover(incident, step, asked, terminal.width);
  terminal.err(shown.text);
  const question = { question: QUESTIONS[decision], otherwise: decision, yes: options.yes };
  if (!(await personAgrees(question, terminal, invocation))) return;
  const { waits } = await desk.decide({ incident: id, step, decision, planHash: shown.planHash });
  const came = waits ? "waits" : asked.decision ? "stood" : "recorded";
  const answer = incident.drill && came === "waits" ? REHEARSED[decision] : ANSWERED[decision][came];
  terminal.out(`${wrapped(answer, terminal.width)}\n`);
  terminal.err(`How it goes on: ${followCommand(id)}\n`);
}

const QUESTIONS = { approve: "Approve exactly this?", reject: "Reject it?" } as const;

/** Nothing comes of an answer in a drill. */
const REHEARSED = {
  approve: "Approved. In an emergency Curfew would do it now; in this drill nothing is changed.",
  reject: "Rejected. In an emergency everything would stay as it is; in this drill nothing is changed.",
} as const;

const ANSWERED = {
  approve: {
    waits: "Approved; Curfew does it now.",
    stood: "It was approved already, and that stands.",
    recorded:
      "Your approval is on record. Nothing waits for it at this moment: somebody else has to agree as well, or the question is asked again.",
  },
  reject: {
    waits: "Rejected; everything stays as it is.",
    stood: "It was rejected already, and that stands.",
    recorded: "Your rejection is on record; everything stays as it is.",
  },
} as const;
