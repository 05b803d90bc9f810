import { ask } from "../../../lib/revocation/approvals/ask.ts";
import type { AskedStep, Proposal } from "../../../lib/revocation/approvals/asked.ts";
import { decide } from "../../../lib/revocation/approvals/decide.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { noteReplaced, recordStep } from "../../../lib/revocation/incident/incidents.ts";
import { planKeyRevocation } from "../../../lib/revocation/key-revocation/plan-key.ts";
import type { IncidentParts } from "../../../lib/revocation/parts.ts";
import { planRestore } from "../../../lib/revocation/restore/plan-restore.ts";
import type { RestorePlan } from "../../../lib/revocation/restore/restore-plan.ts";
import { respond, turn } from "./curfew.ts";
import type { World } from "./world.ts";

const KIM = "arn:aws:sts::111122223333:assumed-role/security/kim";
const LEE = "arn:aws:sts::111122223333:assumed-role/security/lee";
const ROLE = "arn:aws:iam::111122223333:role/security";

/** Nothing is too much for this policy: what it leaves out has tests of its own. */
const RULES = { checks: [], policy: new Map(), exceptions: [] };
const INVENTORIES = { before: async () => undefined };

/** Contains a leak, and records that the credential was replaced. */
export async function replaced(world: World): Promise<void> {
  await respond(world);
  await turn(world);
  await world.run("rotate", async ({ table, clock }) => {
    await noteReplaced(world.opened, { table, clock });
    const came = { at: clock.now(), outcome: "done", message: "It has a new one." } as const;
    return recordStep(table, world.opened.id, "rotate", came);
  });
}

/** Asks for a step, and two people agree to it: nobody knows who started the incident. Gives the plan. */
export async function approve(world: World, step: AskedStep, incident = world.incident()): Promise<unknown> {
  const { table, clock } = world;
  const ending = await world.run("ask", async (parts) => {
    const waiting = { taskToken: "task", until: clock.now() + 3_600_000 };
    return ask(incident, step, await proposalOf(step, incident, parts), waiting, parts);
  });
  if (ending.ended !== "done") throw new Error("Nobody could be asked.", { cause: ending });
  const { planHash, plan } = ending.value;
  const incidents = { requesters: [ROLE], approvers: [ROLE] };
  for (const caller of [KIM, LEE]) {
    await decide({ incident: incident.id, step, planHash, decision: "approve", caller }, { table, clock, incidents });
  }
  if (step === "restore") world.approve((plan as RestorePlan).grants.map(({ audience }) => audience));
  return plan;
}

async function proposalOf(step: AskedStep, incident: Incident, parts: IncidentParts): Promise<Proposal> {
  if (step === "restore") return planRestore(incident, RULES, { ...parts, inventories: INVENTORIES });
  const planned = await planKeyRevocation(incident, parts);
  if ("none" in planned) throw new Error(planned.none);
  return planned.proposal;
}
