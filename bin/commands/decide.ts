import { incidentDesk } from "../../lib/aws/incident-desk.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { type AskedStep, askedRow, readAsked } from "../../lib/revocation/approvals/asked.ts";
import { countsSince, refuseVoid } from "../../lib/revocation/approvals/counts-since.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { isLeftHalfway, laterOnes } from "../../lib/revocation/incident/later.ts";
import type { Table } from "../../lib/store/table.ts";
import { openDeployedLedger } from "../deployed-ledger.ts";
import { type AnswerCame, answeredText } from "../incident/answered-text.ts";
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
  const isHalfway = step === "restore" && isLeftHalfway(incident, await laterOnes(table, incident));
  const shown = shownToApprover(incident, step, asked, terminal.width);
  terminal.err(shown.text);
  const question = { question: QUESTIONS[decision], otherwise: decision, yes: options.yes };
  if (!(await personAgrees(question, terminal, invocation))) return;
  const { waits } = await desk.decide({ incident: id, step, decision, planHash: shown.planHash });
  const came = waits
    ? "waits"
    : asked.decision
      ? "stood"
      : decision === "reject"
        ? "counts"
        : await approval(table, id, step);
  const answer = answeredText(came, { decision, drill: incident.drill, isHalfway });
  terminal.out(`${wrapped(answer, terminal.width)}\n`);
  terminal.err(`How it goes on: ${followCommand(id)}\n`);
}

const QUESTIONS = { approve: "Approve exactly this?", reject: "Reject it?" } as const;

/** What a yes came to that nothing waits for at this moment. */
const approval = async (table: Table, id: string, step: AskedStep): Promise<AnswerCame> =>
  (await askedRow(table, id, step))?.value.decision ? "counts" : "needs another";
