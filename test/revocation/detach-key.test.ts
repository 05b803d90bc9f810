import { describe, expect, test } from "vitest";
import { isContained } from "../../lib/revocation/incident/incident.ts";
import { contained, missingOf, stepsOf, toldOf, turns } from "./contain/contained.ts";
import { containAll, respond } from "./world/curfew.ts";
import { report } from "./world/second-leak.ts";
import { createWorld, type World } from "./world/world.ts";

const HOURS = 5 * 3_600_000;

describe("what leaked of two keys", () => {
  const KEYS = { client: { attachedKeys: ["cred_1", "cred_2"] } };

  test("is detached where it is known, and the other one stays", async () => {
    const world = await contained({ ...KEYS, leakedKey: "old" });

    expect(world.tenant.client?.attachedKeys).toEqual(["cred_2"]);
    expect(isContained(world.incident())).toBe(true);
  });

  test("is not guessed", async () => {
    const world = await contained(KEYS);

    expect(stepsOf(world)["detach-key"]?.outcome).toBe("not-applicable");
    expect(world.tenant.client?.attachedKeys).toEqual(["cred_1", "cred_2"]);
  });

  test("that is mistyped is not called detached", async () => {
    const world = await contained({ ...KEYS, leakedKey: "odl" });
    await turns(world, 1);

    expect(missingOf(world, "detach-key")).toEqual([expect.stringMatching(/there is no such key/)]);
    expect(isContained(world.incident())).toBe(false);
  });

  test("that is mistyped is done with once none is attached that it had: then the right one is not either", async () => {
    const world = await contained({ ...KEYS, leakedKey: "odl" });
    if (world.tenant.client) world.tenant.client = { ...world.tenant.client, attachedKeys: ["cred_2", "cred_3"] };
    await turns(world, 1);
    expect(stepsOf(world)["detach-key"]?.outcome).toBe("incomplete");
    if (world.tenant.client) world.tenant.client = { ...world.tenant.client, attachedKeys: ["cred_3"] };
    await turns(world, 2);

    expect(stepsOf(world)["detach-key"]).toMatchObject({ outcome: "done", message: expect.stringContaining("No key") });
    expect(isContained(world.incident())).toBe(true);
  });

  test("is detached at once when it is named later, however long the incident is open by then", async () => {
    const world = await contained(KEYS);
    await world.clock.run(world.clock.sleep(HOURS));
    world.tenant.refusals.client = "throttled";
    await report(world, null, undefined, "old");
    expect(isContained(world.incident())).toBe(false);
    const round = world.clock.run(containAll(world));
    await world.clock.run(world.clock.sleep(30_000));
    delete world.tenant.refusals.client;
    await round;

    expect(stepsOf(world)["detach-key"]?.outcome).toBe("done");
    expect(world.tenant.client?.attachedKeys).toEqual(["cred_2"]);
    expect(isContained(world.incident())).toBe(false);
    await turns(world, 1);
    expect(isContained(world.incident())).toBe(true);
    expect(toldOf(world).join()).not.toMatch(/put back/);
  });

  test.each(["tenant.client", "tenant.setGrantTypes", "tenant.keys"])(
    "is detached when it is named while the first steps are under way (%s)",
    async (call) => {
      const world: World = await createWorld({
        ...KEYS,
        beside: { call, change: () => void report(world, null, undefined, "old") },
      });
      await world.clock.run(respond(world));
      await world.clock.run(containAll(world));

      expect(world.incident().leakedKey).toBe("old");
      expect(world.tenant.client?.attachedKeys).toEqual(["cred_2"]);
    },
  );

  test("that is mistyped when it is named later is not called detached either", async () => {
    const world = await contained(KEYS);
    await report(world, null, undefined, "odl");
    await world.clock.run(containAll(world));
    await turns(world, 1);

    expect(missingOf(world, "detach-key")).toEqual([expect.stringMatching(/there is no such key/)]);
    expect(isContained(world.incident())).toBe(false);
  });

  test("and then of three is detached as well, and nobody hears that it was put back", async () => {
    const world = await contained({ client: { attachedKeys: ["cred_1", "cred_2", "cred_3"] }, leakedKey: "old" });
    await report(world, null, undefined, "new");
    await world.clock.run(containAll(world));
    await turns(world, 1);

    expect(world.tenant.client?.attachedKeys).toEqual(["cred_3"]);
    expect(toldOf(world).join()).not.toMatch(/put back/);

    world.putBack(() =>
      Object.assign(world.tenant, { client: { ...world.tenant.client, attachedKeys: ["cred_1", "cred_3"] } }),
    );
    await turns(world, 1);
    expect(world.tenant.client?.attachedKeys).toEqual(["cred_3"]);
    expect(toldOf(world).join()).toMatch(/put back/);
  });

  test("is one of two where both did: the other one is detached wherever it comes back", async () => {
    const world = await contained({ ...KEYS, leakedKey: "old" });
    await report(world, null, undefined, "new");
    world.putBack(() =>
      Object.assign(world.tenant, { client: { ...world.tenant.client, attachedKeys: ["cred_1", "cred_2"] } }),
    );
    await turns(world, 1);

    expect(world.tenant.client?.attachedKeys).toEqual(["cred_2"]);
    expect(stepsOf(world)["detach-key"]).toMatchObject({
      outcome: "incomplete",
      message: expect.stringMatching(/only one/),
    });
  });

  test("that was mistyped is corrected by naming another one, and by none that is mistyped", async () => {
    const world = await contained({ ...KEYS, leakedKey: "odl" });
    await report(world, null, undefined, "old");
    await world.clock.run(containAll(world));
    await turns(world, 1);
    expect([world.tenant.client?.attachedKeys, isContained(world.incident())]).toEqual([["cred_2"], true]);

    await report(world, null, undefined, "nwe");
    await turns(world, 1);
    expect(missingOf(world, "detach-key")).toEqual([expect.stringMatching(/the key nwe of job: there is no such key/)]);
    expect(isContained(world.incident())).toBe(false);
  });

  test("stays when it has become the only one", async () => {
    const world = await createWorld({ ...KEYS, leakedKey: "old" });
    world.tenant.refusals.keys = "throttled";
    await world.clock.run(respond(world));
    Object.assign(world.tenant, { client: { ...world.tenant.client, attachedKeys: ["cred_1"] } });
    delete world.tenant.refusals.keys;
    await turns(world, 1);

    expect(stepsOf(world)["detach-key"]).toMatchObject({
      outcome: "incomplete",
      message: expect.stringMatching(/only one/),
    });
    expect(world.tenant.client?.attachedKeys).toEqual(["cred_1"]);
  });
});
