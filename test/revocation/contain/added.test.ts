import { describe, expect, test } from "vitest";
import { incidentPartition } from "../../../lib/revocation/incident/incident.ts";
import { changeIncident } from "../../../lib/revocation/incident/incidents.ts";
import type { RevokedClient } from "../../../lib/revocation/ports.ts";
import type { RestorePlan } from "../../../lib/revocation/restore/restore-plan.ts";
import { rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";
import { approve, replaced } from "../world/approve.ts";
import { give, report } from "../world/second-leak.ts";
import type { WorldTenant } from "../world/tenant.ts";
import { createWorld, type World } from "../world/world.ts";
import { ORDERS, stepsOf, toldOf, turns } from "./contained.ts";

const KEYS = { attachedKeys: ["cred_1"], tokenEndpointAuthMethod: undefined };
const OLD = { id: "cred_1", kid: "old", name: "old" };
const THIEF = { id: "cred_9", kid: "evil", name: "evil" };
const ADDED = /something was added to job/;

const change = (tenant: WorldTenant, client: Partial<RevokedClient>): void => {
  if (tenant.client) tenant.client = { ...tenant.client, ...client };
};

/** Somebody has the application authenticate with one key more. */
function attachTo(world: World, key = THIEF): void {
  world.tenant.keys.push(key);
  change(world.tenant, { attachedKeys: [...(world.tenant.client?.attachedKeys ?? []), key.id] });
}

const detachFrom = (world: World, id: string): void =>
  change(world.tenant, { attachedKeys: world.tenant.client?.attachedKeys?.filter((one) => one !== id) });

const heardOf = (world: World): string[] => toldOf(world).filter((title) => ADDED.test(title));

/** An application with a registered key, contained and replaced. */
async function keyWorld(): Promise<World> {
  const world = await createWorld({ grants: [ORDERS], client: { ...KEYS, grantTypes: ["client_credentials"] } });
  world.tenant.keys = [OLD];
  await world.clock.run(replaced(world));
  world.tenant.keys = [OLD, { ...OLD, id: "cred_own" }];
  change(world.tenant, { attachedKeys: ["cred_own"] });
  await world.table.put(rotationKey("acme", "job"), { ownKeys: ["cred_own"] });
  return world;
}

const approved = async (world: World) => (await world.clock.run(approve(world, "restore"))) as RestorePlan;

describe("a key that somebody attaches to the application that leaked", () => {
  test("is told once, with its name, and stands in the incident until it is gone; once more when it comes back", async () => {
    const world = await keyWorld();
    attachTo(world);
    await turns(world, 3);

    expect(heardOf(world)).toHaveLength(1);
    expect(world.heard()).toContain("the registered key cred_9 (kid evil)");
    expect(stepsOf(world)["put-back"]?.message).toContain("did not give it: the registered key cred_9");
    expect(world.tenant.client?.attachedKeys).toContain("cred_9");
    detachFrom(world, "cred_9");
    await turns(world, 1);
    expect(stepsOf(world)["put-back"]?.message).not.toContain("cred_9");
    expect(world.incident().added).toMatchObject([{ id: "cred_9", isThere: false }]);
    attachTo(world);
    await turns(world, 2);
    expect(heardOf(world)).toHaveLength(2);
  });

  test("keeps what was approved from being given back until it is taken away", async () => {
    const world = await keyWorld();
    expect(await approved(world)).not.toHaveProperty("added");
    attachTo(world);
    await give(world);

    const missing = [expect.stringMatching(/cred_9: not in the plan/)];
    expect(stepsOf(world).restore).toMatchObject({ outcome: "incomplete", missing });
    expect(world.incident().restored).toBeUndefined();
    expect(world.tenant.gives(ORDERS.audience)).toBe(false);
    detachFrom(world, "cred_9");
    await give(world);
    expect(world.tenant.gives(ORDERS.audience)).toBe(true);
  });

  test("stays where a second person has seen it in the plan and agreed, and no other one does", async () => {
    const world = await keyWorld();
    attachTo(world);
    await turns(world, 1);

    expect(await approved(world)).toMatchObject({ added: [{ id: "cred_9" }] });
    expect(world.heard()).toContain("KEEPS the registered key cred_9 (kid evil), which Curfew did not give it");
    attachTo(world, { ...THIEF, id: "cred_10" });
    await give(world);
    expect(world.tenant.gives(ORDERS.audience)).toBe(false);
    detachFrom(world, "cred_10");
    await give(world);
    expect(world.tenant.gives(ORDERS.audience)).toBe(true);
    expect(world.guard.violations).toEqual([]);
  });

  test("is nobody else's where Curfew registered it, and stays unknown to nobody for that", async () => {
    const world = await keyWorld();
    await world.table.put(rotationKey("acme", "job"), { ownKeys: ["cred_own", "cred_9"] });
    attachTo(world);
    await turns(world, 2);
    attachTo(world, { ...THIEF, id: "cred_10" });
    await turns(world, 1);

    expect(world.incident().added).toMatchObject([{ id: "cred_10" }]);
    expect(heardOf(world)).toHaveLength(1);
  });

  test("is heard of also where it cannot be told at first", async () => {
    const world = await keyWorld();
    world.tenant.refusals.keys = "throttled";
    attachTo(world);
    await turns(world, 1);

    expect(world.heard()).toContain("the registered key cred_9");
    expect(world.heard()).not.toContain("kid evil");
  });
});

describe("a key of the first look that may have leaked", () => {
  test("is told and blocks as well where it is attached again, or still, although it should be replaced", async () => {
    const world = await keyWorld();
    await approved(world);
    await world.table.put(rotationKey("acme", "job"), { ownKeys: ["cred_1", "cred_own"] });
    attachTo(world, OLD);
    await turns(world, 1);
    await give(world);

    expect(world.heard()).toContain("the registered key cred_1, which may have leaked (kid old)");
    expect(world.tenant.gives(ORDERS.audience)).toBe(false);
  });

  test("is also one that an earlier incident had made, and this one replaced", async () => {
    const world = await keyWorld();
    const key = { partition: incidentPartition(world.opened.id), sort: "PRESERVED#keys" };
    await world.table.put(key, { attached: ["cred_2"], keys: [] });
    await world.table.put(rotationKey("acme", "job"), { ownKeys: ["cred_2", "cred_own"] });
    attachTo(world, { ...OLD, id: "cred_2" });
    await turns(world, 1);

    expect(world.incident().added?.map(({ id }) => id)).toEqual(["cred_2"]);
  });

  test.each([
    ["one that did not leak is none", "other", []],
    ["one that was named and never seen may be any", "odl", ["cred_1"]],
  ])("%s", async (_, leakedKey, expected) => {
    const world = await keyWorld();
    const other = { id: "cred_2", kid: "other", name: undefined };
    await world.table.put(
      { partition: incidentPartition(world.opened.id), sort: "PRESERVED#keys" },
      { attached: null, keys: [OLD, other] },
    );
    await changeIncident(world.table, world.opened.id, (known) => ({ ...known, leakedKey }));
    attachTo(world, OLD);
    await turns(world, 1);

    expect(world.incident().added?.map(({ id }) => id) ?? []).toEqual(expected);
  });
});

describe("a way to authenticate that is another one than at the first look", () => {
  const WAYS: { title: string; client: Partial<RevokedClient>; what: RegExp }[] = [
    {
      title: "a secret",
      client: { attachedKeys: undefined, tokenEndpointAuthMethod: "client_secret_post" },
      what: /client_secret_post and was registered keys/,
    },
    {
      title: "a certificate",
      client: { attachedKeys: undefined, certificates: ["cred_7"] },
      what: /the certificate cred_7[\s\S]*certificates and was registered keys/,
    },
  ];

  test.each(WAYS)("is told, and keeps the application locked: $title", async ({ client, what }) => {
    const world = await keyWorld();
    await approved(world);
    change(world.tenant, client);
    await turns(world, 2);
    await give(world);

    expect(heardOf(world)).toHaveLength(1);
    expect(world.heard()).toMatch(what);
    expect(world.tenant.gives(ORDERS.audience)).toBe(false);
  });

  test("is none where Auth0 does not say which one it is; the application stays locked until it does", async () => {
    const world = await keyWorld();
    attachTo(world);
    await turns(world, 1);
    await approved(world);
    const { attachedKeys } = world.tenant.client ?? {};
    change(world.tenant, { attachedKeys: undefined });
    await turns(world, 2);
    await give(world);

    expect(heardOf(world)).toHaveLength(1);
    expect(world.incident().added).toMatchObject([{ isThere: true }]);
    expect(stepsOf(world).restore).toMatchObject({ missing: [expect.stringMatching(/Auth0 does not say how/)] });
    change(world.tenant, { attachedKeys });
    await give(world);
    expect(world.tenant.gives(ORDERS.audience)).toBe(true);
  });

  test("is not compared with a first look that does not say, and the plan says so", async () => {
    const client = { ...KEYS, attachedKeys: undefined, grantTypes: ["client_credentials"] };
    const world = await createWorld({ grants: [ORDERS], client });
    await world.clock.run(replaced(world));
    attachTo(world);
    await turns(world, 1);
    await approved(world);

    expect(heardOf(world)).toEqual([]);
    expect(world.heard()).toContain("so nobody knows what was added since");
  });

  test("is the owner's own matter once access is given back: what something else took is given back again", async () => {
    const world = await keyWorld();
    await approved(world);
    await give(world);
    attachTo(world);
    world.putBack((tenant) => tenant.grants.clear());
    await give(world);

    expect(stepsOf(world).restore?.outcome).toBe("done");
    expect(world.tenant.gives(ORDERS.audience)).toBe(true);
  });
});

test("comparing costs no request: each turn reads the application as often as before", async () => {
  const world = await keyWorld();
  const from = world.wire.calls.length;
  await turns(world, 1);

  const asked = world.wire.calls.slice(from).filter((call) => call.startsWith("tenant."));
  expect(asked.sort()).toEqual(["tenant.client", "tenant.grants"]);
});

test("a drill, and an incident that a later one goes on from, tell nothing", async () => {
  const drill = await createWorld({ drill: true, client: KEYS });
  await drill.clock.run(replaced(drill));
  const earlier = await keyWorld();
  await report(earlier, null);
  expect(earlier.incident().followedBy).toBeDefined();
  for (const world of [drill, earlier]) {
    attachTo(world);
    await turns(world, 2);

    expect(heardOf(world)).toEqual([]);
  }
});
