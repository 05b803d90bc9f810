import type { AskedStep } from "../../../lib/revocation/approvals/asked.ts";
import { type Incident, incidentPartition, isComplete } from "../../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { revokeKey } from "../../../lib/revocation/key-revocation/revoke-key.ts";
import { giveBack, giveBackAgain } from "../../../lib/revocation/restore/give-back.ts";
import type { RestorePlan } from "../../../lib/revocation/restore/restore-plan.ts";
import { compareGrant, isForSame } from "../../../lib/revocation/restore/same-grant.ts";
import type { Outage, PlannedFault } from "../../support/world/wire.ts";
import { approve, replaced } from "./approve.ts";
import { turn } from "./curfew.ts";
import type { WorldTenant } from "./tenant.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

/** An incident in which somebody agreed to something, and what happens while it is done. */
export interface AnswerScenario extends Omit<WorldOptions, "faults" | "outage" | "drill"> {
  step: AskedStep;
  drill?: boolean;
  /** Something else changes the tenant after it was approved. */
  meanwhile?(tenant: WorldTenant): void;
}

/** What strikes while it is done. */
export interface Struck {
  faults: readonly PlannedFault[];
  outage?: Outage;
}

/** What became of it. */
export interface AnswerResult {
  /** What must never be and was; or what is missing at the end. Empty for a case that holds. */
  problems: readonly string[];
  strikable: number;
  calls: readonly string[];
  struck: readonly string[];
}

/** Between two runs of what was agreed to: a late effect of the first may meet the second. Milliseconds. */
const PAUSE = 5_000;
const RUNS = 3;
const CALM_RUNS = 4;

/** Contains a leak in calm, has something approved, and does that under faults. */
export async function runAnswer(scenario: AnswerScenario, struck: Struck): Promise<AnswerResult> {
  const world = await createWorld(scenario);
  return world.clock.run(play(world, scenario, struck));
}

async function play(world: World, scenario: AnswerScenario, { faults, outage }: Struck): Promise<AnswerResult> {
  const { step } = scenario;
  await replaced(world);
  const plan = await approve(world, step);
  if (scenario.meanwhile) world.putBack(scenario.meanwhile);
  for (const fault of faults) world.wire.plan(fault);
  if (outage) world.wire.fail(outage);
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

function revoked({ tenant, incident, table, opened }: World, drill: boolean): Record<string, boolean> {
  const state = tenant.signingKeys.find(({ kid }) => kid === "now")?.state;
  return {
    "the step is done": incident().steps["key-revocation"]?.outcome === "done",
    "the key is revoked": drill ? state === "current" : state === "revoked",
    "no token is called ended that is accepted":
      tenant.endsTokens || table.peek({ partition: incidentPartition(opened.id), sort: "ENDED" }) === undefined,
    "no other is": tenant.signingKeys.filter((key) => key.state === "revoked").length === (drill ? 0 : 1),
  };
}
