import { ask } from "../../../lib/revocation/approvals/ask.ts";
import type { AskedStep, Proposal } from "../../../lib/revocation/approvals/asked.ts";
import { decide } from "../../../lib/revocation/approvals/decide.ts";
import { type Incident, isComplete } from "../../../lib/revocation/incident/incident.ts";
import { readIncident, recordStep } from "../../../lib/revocation/incident/incidents.ts";
import { planKeyRevocation } from "../../../lib/revocation/key-revocation/plan-key.ts";
import { revokeKey } from "../../../lib/revocation/key-revocation/revoke-key.ts";
import type { IncidentParts } from "../../../lib/revocation/parts.ts";
import { giveBack, giveBackAgain } from "../../../lib/revocation/restore/give-back.ts";
import { planRestore } from "../../../lib/revocation/restore/plan-restore.ts";
import type { RestorePlan } from "../../../lib/revocation/restore/restore-plan.ts";
import { compareGrant, isForSame } from "../../../lib/revocation/restore/same-grant.ts";
import type { PlannedFault } from "../../support/world/wire.ts";
import { respond, turn } from "./curfew.ts";
import type { WorldTenant } from "./tenant.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

/** An incident in which somebody agreed to something, and what happens while it is done. */
export interface AnswerScenario extends Omit<WorldOptions, "faults" | "outage" | "drill"> {
  step: AskedStep;
  drill?: boolean;
  /** Something else changes the tenant after it was approved. */
  meanwhile?(tenant: WorldTenant): void;
}

/** What became of it. */
export interface AnswerResult {
  /** What must never be and was; or what is missing at the end. Empty for a case that holds. */
  problems: readonly string[];
  strikable: number;
  calls: readonly string[];
  struck: readonly string[];
}

const KIM = "arn:aws:sts::111122223333:assumed-role/security/kim";
const LEE = "arn:aws:sts::111122223333:assumed-role/security/lee";
const ROLE = "arn:aws:iam::111122223333:role/security";

/** Between two runs of what was agreed to: a late effect of the first may meet the second. Milliseconds. */
const PAUSE = 5_000;
const RUNS = 3;
const CALM_RUNS = 4;

/** Nothing is too much for this policy: what it leaves out has tests of its own. */
const RULES = { checks: [], policy: new Map(), exceptions: [] };
const INVENTORIES = { before: async () => undefined };

/** Contains a leak in calm, has something approved, and does that under faults. */
export async function runAnswer(scenario: AnswerScenario, faults: readonly PlannedFault[] = []): Promise<AnswerResult> {
  const world = await createWorld(scenario);
  return world.clock.run(play(world, scenario, faults));
}

async function play(world: World, scenario: AnswerScenario, faults: readonly PlannedFault[]): Promise<AnswerResult> {
  const { step } = scenario;
  await respond(world);
  await turn(world);
  await world.run("rotate", ({ table, clock }) =>
    recordStep(table, world.opened.id, "rotate", { at: clock.now(), outcome: "done", message: "It has a new one." }),
  );
  const plan = await approved(world, step);
  if (scenario.meanwhile) world.putBack(scenario.meanwhile);
  for (const fault of faults) world.wire.plan(fault);
  const begun = world.wire.calls.length;
  await act(world, step, RUNS);
  const strikable = world.wire.calls.length - begun;
  world.calm();
  await act(world, step, CALM_RUNS);
  const ended = snapshot(world);
  const problems = [...world.guard.violations, ...missing(world, scenario, plan)];
  await act(world, step, 1);
  if (snapshot(world) !== ended) problems.push("doing it all again makes a difference");
  const { calls, struck } = world.wire;
  return { problems: [...new Set(problems)], strikable, calls: calls.slice(begun), struck };
}

/** What was asked, and two people agreed to: nobody knows who started it. */
async function approved(world: World, step: AskedStep): Promise<unknown> {
  const incident = world.incident();
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

/** What was agreed to, and watching beside it, as the machine does. */
async function act(world: World, step: AskedStep, most: number): Promise<void> {
  const run = (): Promise<unknown> =>
    world.run(step, async (parts) => {
      const incident = await readIncident(parts.table, world.opened.id);
      if (step === "key-revocation") return isOver(incident, step) ? incident : revokeKey(incident, parts);
      return isOver(incident, step) ? giveBackAgain(incident, parts) : giveBack(incident, parts);
    });
  for (let count = 0; count < most; count++) {
    const before = snapshot(world);
    await run();
    await world.clock.sleep(PAUSE);
    await run();
    await turn(world);
    if (isOver(world.incident(), step) && snapshot(world) === before) return;
  }
}

const isOver = ({ steps }: Incident, step: AskedStep): boolean =>
  isComplete(steps[step]) || steps[step]?.outcome === "not-applicable";

function snapshot({ tenant, incident }: World): string {
  const { client, grants, acls, signingKeys } = tenant;
  const { restore, "key-revocation": key } = incident().steps;
  return JSON.stringify([client, [...grants.values()], acls, signingKeys, restore, key]);
}

function missing(world: World, { step, drill = false }: AnswerScenario, plan: unknown): string[] {
  const expected = step === "restore" ? restored(world, plan as RestorePlan, drill) : revoked(world, drill);
  return Object.entries(expected).flatMap(([what, holds]) => (holds ? [] : [`at the end not: ${what}`]));
}

function restored({ tenant, before, incident }: World, plan: RestorePlan, drill: boolean): Record<string, boolean> {
  const own = [...tenant.grants.values()].filter(({ isSystem }) => !isSystem);
  const isBack = plan.grants.every((approved) =>
    own.some((grant) => {
      const { isMore, isLess, missing: lacking } = compareGrant(grant, approved);
      return isForSame(grant, approved) && !isMore && !isLess && lacking.length === 0;
    }),
  );
  const isApproved = own.every((grant) => plan.grants.some((approved) => isForSame(grant, approved)));
  return {
    "the step is done": incident().steps.restore?.outcome === "done",
    "all that was there was offered": plan.grants.length === before.grants.filter(({ isSystem }) => !isSystem).length,
    "every grant is back": isBack,
    "there is no other": isApproved,
    "no grant is there twice": own.length === plan.grants.length,
    "it gets tokens for itself": tenant.client?.grantTypes?.includes("client_credentials") === true,
    "the network is open": drill || tenant.acls.length === 0,
  };
}

function revoked({ tenant, incident }: World, drill: boolean): Record<string, boolean> {
  const state = tenant.signingKeys.find(({ kid }) => kid === "now")?.state;
  return {
    "the step is done": incident().steps["key-revocation"]?.outcome === "done",
    "the key is revoked": drill ? state === "current" : state === "revoked",
    "no other is": tenant.signingKeys.filter((key) => key.state === "revoked").length === (drill ? 0 : 1),
  };
}
