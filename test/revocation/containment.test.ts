import { describe, expect, test } from "vitest";
import { stepsForPeople } from "../../lib/revocation/incident/for-people.ts";
import { incidentPartition, isContained } from "../../lib/revocation/incident/incident.ts";
import { notDone } from "../../lib/revocation/incident/not-done.ts";
import { isNotThere } from "../../lib/revocation/incident/nowhere.ts";
import { type PreservedPart, readPreserved, readPreservedGrants } from "../../lib/revocation/incident/preserve.ts";
import type { OwnLogin } from "../../lib/revocation/leak/classify.ts";
import { contained, MEMBERS, missingOf, ORDERS, stepsOf, toldOf, turns } from "./contain/contained.ts";
import { containAll, respond } from "./world/curfew.ts";
import { createWorld, type World, type WorldOptions } from "./world/world.ts";

const EGRESS = ["203.0.113.7/32"];

describe("a lock", () => {
  test("that was taken off is put on again at once, also while nobody can write down that it was off", async () => {
    const world = await contained({});
    world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
    world.wire.fail({ call: "table.put INCIDENT", fault: "fails before" });
    await turns(world, 1);
    expect(world.tenant.client?.grantTypes).toEqual([]);

    world.calm();
    await turns(world, 2);
    expect(isContained(world.incident())).toBe(true);
  });

  test("takes two requests behind the one for a token, and everything else comes later", async () => {
    const world = await contained({ egress: EGRESS });

    const asked = world.wire.calls.filter((call) => call.startsWith("tenant."));
    expect(asked.slice(0, 2)).toEqual(["tenant.client", "tenant.setGrantTypes"]);
    expect(toldOf(world)[0]).toMatch(/is locked/);
  });

  test("of an application that nobody has ever seen is none: its id may be mistyped", async () => {
    const world = await contained({ client: null, grants: [] });

    expect(stepsOf(world).lock).toMatchObject({
      outcome: "not-applicable",
      message: expect.stringMatching(/not its id/),
    });
    expect(isContained(world.incident())).toBe(false);
    expect(notDone(world.incident())).toEqual([expect.stringMatching(/not its id/)]);
    expect(stepsForPeople(world.incident()).join(" ")).toMatch(
      /real application is untouched.*curfew revoke --tenant \S+ --client ID --reason … .*incidents close \S+ --reason/s,
    );
    expect(toldOf(world).join()).not.toMatch(/not all of the tenant/);
    await turns(world, 1);
    expect(stepsOf(world)["put-back"]?.message).toMatch(/no such application/);
  });

  test("holds when the application is deleted meanwhile", async () => {
    const world = await contained({});
    world.tenant.deleteClient();
    await turns(world, 2);

    expect(stepsOf(world).lock?.outcome).toBe("done");
    expect(isContained(world.incident())).toBe(true);
    // Who cannot look themselves, because the tenant has no rotator, go by that.
    expect(isNotThere(world.incident())).toBe(true);

    world.putBack((tenant) => Object.assign(tenant, { client: world.before.client }));
    await turns(world, 2);
    expect([isNotThere(world.incident()), world.tenant.client?.grantTypes]).toEqual([false, ["refresh_token"]]);
  });

  test("of an application whose grant types nobody says leaves it none", async () => {
    const world = await contained({ client: { grantTypes: undefined } });

    expect(world.tenant.client?.grantTypes).toEqual([]);
    const kept = { partition: incidentPartition(world.opened.id), sort: "PRESERVED#grant-types" };
    expect(world.table.peek(kept)).toBeNull();
  });

  test("is never laid on the application that stands for the tenant", async () => {
    const world = await contained({ client: { isGlobal: true } });

    expect(world.tenant.client).toEqual(world.before.client);
    expect(world.tenant.grants.size).toBe(1);
    expect(world.incident().leak).toMatchObject({ levers: [], isContainable: false, untouched: "tenant-itself" });
    await turns(world, 1);
    const { lock, contain, "put-back": looked } = stepsOf(world);
    expect([lock, contain, looked].map((step) => step?.message)).toEqual([
      expect.stringMatching(/stands for the tenant itself/),
      expect.stringMatching(/stands for the tenant itself/),
      "Nothing was taken away.",
    ]);
    expect(world.guard.violations).toEqual([]);
  });

  test.each([undefined, { call: "tenant.*", fault: "fails before" } as const])(
    "is not tried with the very login that leaked, and people are told what to do instead: %j",
    async (outage) => {
      const own: OwnLogin = { role: "responder", hasSpare: false };
      const world = await contained({ own, ...(outage && { outage }) });

      expect(world.wire.calls).not.toContain("tenant.setGrantTypes");
      expect(world.wire.calls).not.toContain("tenant.deleteGrant");
      expect(stepsForPeople(world.incident()).join(" ")).toMatch(/dashboard.*Secrets Manager/s);
      expect(notDone(world.incident())).toEqual([expect.stringMatching(/no spareResponder/)]);
      const { lock, contain } = stepsOf(world);
      for (const step of [lock, contain]) expect(step?.message).toMatch(/own responder: .* no spareResponder/);

      own.hasSpare = true;
      world.calm();
      await turns(world, 2);
      expect(stepsOf(world)).toMatchObject({ lock: { outcome: "done" }, contain: { outcome: "done" } });
      expect(JSON.stringify(stepsOf(world))).not.toContain("no spareResponder");
      expect(world.incident().leak).toMatchObject({ kind: "curfew-login", isContainable: true });
    },
  );
});

describe("a table that takes nothing for forty seconds", () => {
  const out = async (client: NonNullable<WorldOptions["client"]>): Promise<World> => {
    const world = await createWorld({ client, grants: [MEMBERS], outage: { call: "table.*", fault: "fails before" } });
    world.clock.at(world.clock.now() + 40_000, world.calm);
    await world.clock.run(respond(world));
    await turns(world, 2);
    return world;
  };
  const kept = <T>(world: World, part: PreservedPart) => readPreserved<T>(world.table, world.opened, part);

  test.each(["non_interactive", "spa"])(
    "loses nothing of what was there, of an application of type %s",
    async (appType) => {
      const world = await out({ appType, grantTypes: ["client_credentials"] });

      expect(await kept(world, "grant-types")).toEqual(["client_credentials"]);
      expect(await kept(world, "client")).toMatchObject({ appType, grantTypes: ["client_credentials"] });
      expect(await readPreservedGrants(world.table, world.opened)).toMatchObject([MEMBERS]);
      expect(world.incident().leak?.kind).toBe("client-secret");
      expect(isContained(world.incident())).toBe(true);
    },
  );

  test("does not make what is locked already the first look, where nobody can read what was kept elsewhere", async () => {
    const world = await createWorld({
      client: { grantTypes: [], appType: "spa" },
      outage: { call: "evidence.read", fault: "fails before" },
    });
    await world.clock.run(respond(world));

    expect(await kept(world, "grant-types")).toBeUndefined();
    expect(world.incident().leak?.kind).toBe("client-secret");
  });
});

test("of an API no more is kept than its identifier and lifetimes: a tenant may have thousands", async () => {
  const world = await contained({}, ({ tenant }) => {
    tenant.apis.push({
      id: "rs_1",
      identifier: "https://orders",
      name: "Orders",
      token_lifetime: 60,
      scopes: [],
    } as never);
  });
  const key = { partition: incidentPartition(world.opened.id), sort: "PRESERVED#api-lifetimes" };

  expect(world.table.peek(key)).toMatchObject({ apis: [{ identifier: "https://orders", token_lifetime: 60 }] });
  expect(JSON.stringify(world.table.peek(key))).not.toMatch(/Orders|rs_1/);
});

describe("what is missing", () => {
  test("is said exactly where a scope is missing, is told once, and done when the scope is there", async () => {
    const world = await contained({}, ({ tenant }) => {
      tenant.refusals.setGrantTypes = "missing-scope";
    });

    expect(missingOf(world, "lock")).toEqual([
      "client_credentials of job: the responder (ghi) lacks scope of setGrantTypes",
    ]);
    expect(stepsOf(world).contain?.outcome).toBe("done");
    expect(isContained(world.incident())).toBe(false);
    await turns(world, 3);
    expect(toldOf(world).filter((title) => title.includes("NOT contained"))).toHaveLength(1);
    delete world.tenant.refusals.setGrantTypes;
    await turns(world, 2);
    expect(isContained(world.incident())).toBe(true);
    expect(toldOf(world).filter((title) => title.includes("is locked"))).toHaveLength(1);
  });

  test("is everything while the tenant does not answer, and nothing when it does again", async () => {
    const world = await createWorld({ grants: [ORDERS], outage: { call: "tenant.*", fault: "fails before" } });
    world.clock.at(world.clock.now() + 10 * 60_000, world.calm);
    const begun = world.clock.now();
    await world.clock.run(containAll(world));

    expect(stepsOf(world)).toMatchObject({ lock: { outcome: "done" }, contain: { outcome: "done" } });
    expect(world.clock.now() - begun).toBeLessThan(11 * 60_000);
  });

  test("are the grants whose organizations nobody can read, as long as the lock holds", async () => {
    const world = await contained({ grants: [ORDERS, MEMBERS] }, ({ tenant }) => {
      tenant.refusals.organizationsOf = "missing-scope";
    });

    expect(missingOf(world, "contain")).toEqual([
      "cgr_2 (https://stock): the responder (ghi) lacks scope of organizationsOf",
    ]);
    expect([...world.tenant.grants.keys()]).toEqual(["cgr_2"]);
  });

  test("are their organizations alone where there is no lock: containing goes first", async () => {
    const world = await contained({ grants: [MEMBERS] }, ({ tenant }) => {
      tenant.refusals.organizationsOf = "missing-scope";
      tenant.refusals.setGrantTypes = "missing-scope";
    });

    expect(world.tenant.grants.size).toBe(0);
    expect(stepsOf(world).contain).toMatchObject({
      outcome: "paged",
      told: expect.arrayContaining([expect.stringMatching(/cgr_1.*which organizations it counts for is not known/)]),
    });
  });

  test.each([
    { refused: "createNetworkAcl", title: "acme: job: the network ACL is not as it should be" },
    { refused: "signingKeys", title: "acme: job: not all of the tenant could be looked at" },
  ] as const)("is told once where $refused is refused, though nothing waits for it", async ({ refused, title }) => {
    const world = await contained({ egress: EGRESS }, ({ tenant }) => {
      tenant.refusals[refused] = "missing-scope";
    });
    await turns(world, 3);

    expect(isContained(world.incident())).toBe(true);
    expect(toldOf(world).filter((told) => told === title)).toHaveLength(1);
  });

  test("is the network ACL where the plan has none: said, and no failure", async () => {
    const world = await contained({ egress: EGRESS }, ({ tenant }) => {
      tenant.refusals.networkAcls = "feature-unavailable";
    });

    expect(stepsOf(world)["network-acl"]).toMatchObject({
      outcome: "not-applicable",
      message: expect.stringMatching(/plan has no network ACL/),
    });
    expect(isContained(world.incident())).toBe(true);
  });

  test("is a network ACL that somebody switches off", async () => {
    const world = await contained({ egress: EGRESS });
    expect(stepsOf(world)["network-acl"]?.outcome).toBe("done");
    world.tenant.acls.forEach((acl, index, acls) => {
      acls[index] = { ...acl, isActive: false };
      acls.push({ ...acl, id: "acl_twice" });
    });
    await turns(world, 1);
    // Two processes beside each other have made one each: one of them is enough.
    expect(stepsOf(world)["network-acl"]?.outcome).toBe("done");
    world.tenant.acls.pop();
    await turns(world, 1);

    expect(stepsOf(world)["network-acl"]).toMatchObject({
      outcome: "incomplete",
      message: expect.stringMatching(/switched off/),
    });
    expect(toldOf(world)).toContain("acme: job: the network ACL is not as it should be");
  });

  test("is nothing when a single look fails, and is told when nobody can look for long", async () => {
    const world = await contained({});
    world.tenant.refusals.grants = "throttled";
    await turns(world, 2);

    expect(isContained(world.incident())).toBe(true);
    expect(missingOf(world, "put-back")).toEqual([expect.stringMatching(/^the application's grants.*throttled/)]);
    expect(toldOf(world).join()).not.toMatch(/nobody sees/);
    await turns(world, 20);
    const times = () => toldOf(world).filter((title) => title.includes("nobody sees")).length;
    expect(times()).toBe(1);
    delete world.tenant.refusals.grants;
    await turns(world, 1);
    world.tenant.refusals.grants = "throttled";
    await turns(world, 20);
    expect(times()).toBe(2);
  });
});

test("a drill looks, keeps what it sees in its own incident, and changes nothing, however often it is run", async () => {
  const world = await contained({ drill: true, egress: EGRESS, grants: [ORDERS, MEMBERS] });
  const first = stepsOf(world);
  await world.clock.run(containAll(world));

  expect(world.guard.violations).toEqual([]);
  expect([...world.tenant.grants.values()]).toEqual(world.before.grants);
  expect(first).toMatchObject({
    lock: { outcome: "done" },
    contain: { outcome: "done" },
    "network-acl": { outcome: "done" },
  });
  expect(stepsOf(world)).toEqual(first);
  expect(isContained(world.incident())).toBe(false);
});
