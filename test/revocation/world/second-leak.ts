import { lock } from "../../../lib/revocation/contain/lock.ts";
import { putBack } from "../../../lib/revocation/contain/put-back.ts";
import { containRound } from "../../../lib/revocation/contain/round.ts";
import { type Incident, isComplete, isContained } from "../../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { openIncident } from "../../../lib/revocation/incident/open-incident.ts";
import type { TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import { giveBack, giveBackAgain } from "../../../lib/revocation/restore/give-back.ts";
import type { Struck } from "./answer-case.ts";
import { approve, replaced } from "./approve.ts";
import { turn } from "./curfew.ts";
import { isHeard, isKept } from "./guard.ts";
import { createWorld, type World } from "./world.ts";

export const ORDERS = { audience: "https://orders", scopes: ["read:orders"] };

/** A leak that is contained, replaced, and approved to be given back. */
export async function approvedWorld(): Promise<World> {
  const world = await createWorld({ grants: [ORDERS] });
  await world.clock.run(
    (async () => {
      await replaced(world);
      await approve(world, "restore");
    })(),
  );
  return world;
}

/** Gives back what was approved. */
export const give = (world: World) =>
  world.clock.run(
    world.run("give", async (parts) => giveBack(await readIncident(parts.table, world.opened.id), parts)),
  );

/** Turns of watching, as the machine makes them. */
export const turns = (world: World, count: number) =>
  world.clock.run(
    (async () => {
      for (let left = count; left > 0; left--) {
        await turn(world);
        await world.run("again", async (parts) =>
          giveBackAgain(await readIncident(parts.table, world.opened.id), parts),
        );
      }
    })(),
  );

/** Somebody reports one more leak of the same application. */
export const report = (
  world: World,
  token: TokenFacts | null,
  name?: string,
  leakedKey?: string,
): Promise<Incident> => {
  const { tenant, clientId, drill } = world.opened;
  const facts = { tenant, clientId, drill, token, reason: "once more", openedBy: "sam", leakedSince: null };
  return openIncident(world.table, {
    ...facts,
    openedAt: world.clock.now(),
    ...(name !== undefined && { name }),
    ...(leakedKey !== undefined && { leakedKey }),
  });
};

/** What the machine does for a later incident: locks, contains, and looks again. */
export const contain = (world: World, id: string) =>
  world.clock.run(
    (async () => {
      await world.run("lock", async (parts) => lock(await readIncident(parts.table, id), parts));
      await world.run("contain", async (parts) => containRound(await readIncident(parts.table, id), parts));
      await world.run("put-back", async (parts) => putBack(await readIncident(parts.table, id), parts));
    })(),
  );

/** What became of it. */
export interface SecondLeakResult {
  /** What is missing at the end; empty for a case that holds. */
  problems: readonly string[];
  strikable: number;
  calls: readonly string[];
  struck: readonly string[];
}

/** Access was given back, what replaced the leak leaks as well, and something fails while that is contained. */
export async function runSecondLeak({ faults, outage }: Struck): Promise<SecondLeakResult> {
  const world = await approvedWorld();
  await give(world);
  await turns(world, 1);
  const given = [...world.tenant.grants.values()];
  const { id } = await report(world, null);
  world.putBack(() => undefined);
  for (const fault of faults) world.wire.plan(fault);
  if (outage) world.wire.fail(outage);
  const begun = world.wire.calls.length;
  await contain(world, id);
  await turns(world, 1);
  const strikable = world.wire.calls.length - begun;
  world.calm();
  await contain(world, id);
  await turns(world, 2);
  const { lock: locked, contain: contained } = (await readIncident(world.table, id)).steps;
  const holds = {
    "it gets no token": !world.tenant.gives(ORDERS.audience) && world.tenant.grants.size === 0,
    "both steps are complete": isComplete(locked) && isComplete(contained),
    "what it had is stored or told": given.every(
      (grant) => isKept(world.table, id, grant) || isHeard(world.heard(), grant),
    ),
    "the first incident is not contained": !isContained(world.incident()),
  };
  const problems = Object.entries(holds).flatMap(([what, is]) => (is ? [] : [`at the end not: ${what}`]));
  const { calls, struck } = world.wire;
  return { problems, strikable, calls: calls.slice(begun), struck };
}
