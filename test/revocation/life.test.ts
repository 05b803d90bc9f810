import { describe, expect, test } from "vitest";
import { ask } from "../../lib/revocation/approvals/ask.ts";
import { decide } from "../../lib/revocation/approvals/decide.ts";
import { isContained, stoppedAt, wasContained } from "../../lib/revocation/incident/incident.ts";
import { readIncident, recordStep } from "../../lib/revocation/incident/incidents.ts";
import { giveBack, giveBackAgain } from "../../lib/revocation/restore/give-back.ts";
import { planRestore } from "../../lib/revocation/restore/plan-restore.ts";
import { respond, turn } from "./world/curfew.ts";
import type { WorldTenant } from "./world/tenant.ts";
import { createWorld, type World } from "./world/world.ts";

const ORDERS = { audience: "https://orders", scopes: ["read:orders"] };
const PLANTED: Parameters<WorldTenant["createGrant"]>[0] = {
  ...{ audience: "https://stock", scopes: ["read:stock"], subjectType: "client", organizations: [], isSystem: false },
  ...{ allowsAllScopes: undefined, organizationUsage: undefined, allowsAnyOrganization: undefined },
};
const ROLE = "arn:aws:iam::111122223333:role/security";
const CALLERS = ["kim", "lee"].map((name) => `arn:aws:sts::111122223333:assumed-role/security/${name}`);
const RULES = { checks: [], policy: new Map(), exceptions: [] };
const INVENTORIES = { before: async () => undefined };

/** A leak that is contained, replaced, and approved to be given back. */
async function approved(): Promise<World> {
  const world = await createWorld({ grants: [ORDERS] });
  const { table, clock, opened } = world;
  await clock.run(
    (async () => {
      await respond(world);
      await turn(world);
      await recordStep(table, opened.id, "rotate", { at: clock.now(), outcome: "done", message: "It has a new one." });
      await world.run("ask", async (parts) => {
        const plan = await planRestore(world.incident(), RULES, { ...parts, inventories: INVENTORIES });
        await ask(world.incident(), "restore", plan, { taskToken: "task", until: clock.now() + 3_600_000 }, parts);
      });
      const { planHash } = (
        await table.get<{ planHash: string }>({ partition: `INCIDENT#${opened.id}`, sort: "ASKED#restore" })
      )?.value ?? { planHash: "" };
      for (const caller of CALLERS) {
        const order = { incident: opened.id, step: "restore", planHash, decision: "approve", caller } as const;
        await decide(order, { table, clock, incidents: { requesters: [ROLE], approvers: [ROLE] } });
      }
      world.approve([ORDERS.audience]);
    })(),
  );
  return world;
}

const give = (world: World) =>
  world.clock.run(
    world.run("give", async (parts) => giveBack(await readIncident(parts.table, world.opened.id), parts)),
  );

/** Turns of watching, as the machine makes them. */
const turns = (world: World, count: number) =>
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

describe("after access was given back", () => {
  test("what was proven before stays proven, also where something is put back and taken away again", async () => {
    const world = await approved();
    const proof = world.incident().steps.prove?.at;
    await give(world);
    await turns(world, 2);

    expect(world.incident().restored).toMatchObject({ stoppedAt: proof });
    expect(world.tenant.gives(ORDERS.audience)).toBe(true);

    world.putBack((tenant) => tenant.createGrant(PLANTED));
    await turns(world, 5);
    const incident = world.incident();

    expect([...world.tenant.grants.values()].map(({ audience }) => audience)).toEqual([ORDERS.audience]);
    expect([stoppedAt(incident), wasContained(incident), isContained(incident)]).toEqual([proof, true, false]);
    expect(incident.steps.restore?.outcome).toBe("done");
  });

  test("what is planted while it is given back has it proven once more first", async () => {
    const world = await approved();
    const proof = world.incident().steps.prove?.at ?? 0;
    world.putBack((tenant) => tenant.createGrant(PLANTED));
    await turns(world, 1);
    await give(world);
    await turns(world, 5);

    expect(world.incident().restored?.stoppedAt).toBeGreaterThan(proof);
    expect(world.tenant.gives(ORDERS.audience)).toBe(true);
    expect(world.guard.violations).toEqual([]);
  });
});
