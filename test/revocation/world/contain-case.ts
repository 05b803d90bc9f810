import { incidentPartition, isContained } from "../../../lib/revocation/incident/incident.ts";
import { aclDescription } from "../../../lib/revocation/incident/network-rule.ts";
import { readPreservedGrants } from "../../../lib/revocation/incident/preserve.ts";
import type { RevokedGrant } from "../../../lib/revocation/ports.ts";
import { containAll, respond, turn } from "./curfew.ts";
import { isHeard, isKept } from "./guard.ts";
import type { WorldTenant } from "./tenant.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

/** What else happens while a leak is contained, and how it must end. */
export interface Scenario extends Omit<WorldOptions, "faults" | "outage"> {
  /** An infrastructure tool puts back what it knows, between two turns of watching. */
  tool?(tenant: WorldTenant): void;
  /** What people must hear of that, each as an alert about what was put back says it. */
  putBack?: readonly string[];
}

/** What became of one incident that was struck by faults. */
export interface CaseResult {
  /** What must never be and was; or what is missing at the end. Empty for a case that holds. */
  problems: readonly string[];
  /** Whether something could not be stored, and people were told. */
  wasPaged: boolean;
  /** How many of the calls a fault could strike. */
  strikable: number;
  struck: readonly string[];
  calls: readonly string[];
}

/** Turns of watching under faults, and then without. */
const TURNS = 4;
const CALM_TURNS = 8;

/** Contains the leak of a world under faults, watches, and looks at what came of it. */
export async function runCase(
  scenario: Scenario,
  options: Pick<WorldOptions, "faults" | "outage"> = {},
): Promise<CaseResult> {
  const world = await createWorld({ ...scenario, ...options });
  return world.clock.run(play(world, scenario, options.outage));
}

async function play(world: World, scenario: Scenario, outage: WorldOptions["outage"]): Promise<CaseResult> {
  await respond(world);
  await watch(world, TURNS);
  if (scenario.tool) world.putBack(scenario.tool);
  await watch(world, TURNS);
  const strikable = world.wire.calls.length;
  world.calm();
  await watch(world, CALM_TURNS);
  const ended = snapshot(world);
  const problems = [
    ...world.guard.violations,
    ...(scenario.drill ? changed(world) : await missing(world, scenario, outage)),
  ];
  await containAll(world);
  await turn(world);
  if (snapshot(world) !== ended) problems.push("doing it all again makes a difference");
  const wasPaged = Object.values(world.incident().steps).some(({ outcome }) => outcome === "paged");
  return { problems: [...new Set(problems)], wasPaged, strikable, struck: world.wire.struck, calls: world.wire.calls };
}

/** Until it is contained and nothing is left to do, but not for ever. */
async function watch(world: World, most: number): Promise<void> {
  for (let count = 1; count <= most; count++) {
    const before = snapshot(world);
    await turn(world);
    if (count > 1 && isContained(world.incident()) && snapshot(world) === before) return;
  }
}

/** The tenant and all that is remembered, but what was sent and noted. */
function snapshot({ tenant, table, opened, incident }: World): string {
  const { client, grants, acls } = tenant;
  const kept = table.rows(incidentPartition(opened.id)).filter(([sort]) => sort.startsWith("PRESERVED#"));
  return JSON.stringify([client, [...grants.values()], acls, kept, incident()]);
}

/** A drill leaves everything as it was, is not called contained, and comes to its end. */
function changed({ tenant, before, incident }: World): string[] {
  const { client, grants, acls } = tenant;
  const { steps } = incident();
  const expectations: Record<string, boolean> = {
    "it is as it was":
      JSON.stringify([client, [...grants.values()], acls]) === JSON.stringify([before.client, before.grants, []]),
    "it is not contained": !isContained(incident()),
    "every step is complete": Object.values(steps).every(({ outcome }) => outcome !== "incomplete"),
  };
  return Object.entries(expectations).flatMap(([what, holds]) => (holds ? [] : [`at the end not: ${what}`]));
}

/** What the end must be: everything taken away, nothing lost, and the record says just that. */
async function missing(
  world: World,
  { egress, tool, putBack = [] }: Scenario,
  outage: WorldOptions["outage"],
): Promise<string[]> {
  const { tenant, before, table, opened, heard } = world;
  const { client, grants } = tenant;
  const { steps } = world.incident();
  const lost = before.grants.filter(
    (grant) => !grant.isSystem && !grants.has(grant.id) && !isKept(table, opened.id, grant) && !isHeard(heard(), grant),
  );
  const isNotSystem = [...grants.values()].filter(({ isSystem }) => !isSystem);
  const leaked = tenant.keys.find(({ kid }) => kid === opened.leakedKey)?.id ?? "";
  const offered = await readPreservedGrants<RevokedGrant>(table, opened);
  // While nothing answers for minutes, the first look may come after the tool.
  const isLate = outage !== undefined;
  const expectations: Record<string, boolean> = {
    "it is contained": isContained(world.incident()),
    "it is locked": client?.grantTypes?.includes("client_credentials") !== true,
    "no grant is left": isNotSystem.length === 0,
    "the leaked key is detached": client?.attachedKeys?.includes(leaked) !== true,
    "the network ACL is there":
      !egress || tenant.acls.some(({ description }) => description === aclDescription(opened)),
    "every step is complete": Object.values(steps).every(({ outcome }) => outcome !== "incomplete"),
    "what was told and what was stored is everything": lost.length === 0,
    // While nothing could be recorded, nobody knows that it had been taken away before.
    "people heard what was put back": !tool || outage !== undefined || heard().includes("put back"),
    // The lock waits for no record: one that fails, and a death right after the lock, leave no trace of what was open.
    "people heard of each that was put back":
      outage !== undefined || world.wire.struck.length > 1 || putBack.every((line) => isToldAsPutBack(world, line)),
    "what came later is not offered":
      isLate || offered.every(({ id }) => before.grants.some((grant) => grant.id === id)),
    "the grant types are kept": keepsTypes(world),
  };
  return Object.entries(expectations).flatMap(([what, holds]) => (holds ? [] : [`at the end not: ${what}`]));
}

const isToldAsPutBack = (world: World, line: string): boolean =>
  world.told().some(({ title, items }) => title.includes("put back") && items.some((item) => item.includes(line)));

function keepsTypes({ table, opened, before, heard }: World): boolean {
  const kept = table.peek<string[]>({ partition: incidentPartition(opened.id), sort: "PRESERVED#grant-types" });
  const types = before.client?.grantTypes;
  if (types === undefined || JSON.stringify(kept) === JSON.stringify(types)) return true;
  return heard().includes(`the grant types of ${opened.clientId}: ${types.join(" ")}`);
}
