import { describe, expect, it } from "vitest";
import type { Propagation } from "../../lib/sandbox/state/secret-history.ts";
import { adminApi, aSandbox, askManagementToken, MANAGEMENT_API, machine } from "./support/a-sandbox.ts";

async function aWorldThatChanges(propagation?: Partial<Propagation>) {
  const clientGrants = [{ client_id: "shop", audience: MANAGEMENT_API, scope: ["read:clients"] }];
  const changed = propagation === undefined ? {} : { propagation };
  const world = await aSandbox({ clients: [machine("shop", { client_secret: "old" })], clientGrants, ...changed });
  const api = await adminApi(world.tenant);
  const accepted = async (secret: string) => (await askManagementToken(world.tenant, "shop", secret)).status === 200;
  return { ...world, api, accepted, change: (secret: string) => api("PATCH /clients/shop", { client_secret: secret }) };
}

describe("a changed secret", () => {
  it.each([
    { mode: "new-at-once" as const, during: [false, true] },
    { mode: "old-until-end" as const, during: [true, false] },
    { mode: "both" as const, during: [true, true] },
  ])("in mode $mode: old and new are $during in the window", async ({ mode, during }) => {
    await using world = await aWorldThatChanges({ mode });
    await world.change("new");
    world.sandbox.clock.advance(29_999);
    expect([await world.accepted("old"), await world.accepted("new")]).toEqual(during);
    world.sandbox.clock.advance(1);
    expect([await world.accepted("old"), await world.accepted("new")]).toEqual([false, true]);
  });

  it("flaps by default: each request meets one of the two, and after 30 seconds only the new one", async () => {
    await using world = await aWorldThatChanges();
    await world.change("new");
    const answers = { old: 0, new: 0 };
    for (let attempt = 0; attempt < 60; attempt++) {
      if (await world.accepted("old")) answers.old += 1;
      if (await world.accepted("new")) answers.new += 1;
    }
    for (const count of Object.values(answers)) {
      expect(count).toBeGreaterThan(10);
      expect(count).toBeLessThan(50);
    }
    world.sandbox.clock.advance(30_000);
    for (let attempt = 0; attempt < 10; attempt++) {
      expect([await world.accepted("old"), await world.accepted("new")]).toEqual([false, true]);
    }
    console.log(`propagation: 60 flapping attempts, old accepted ${answers.old}, new ${answers.new}`);
  });

  it("that changes again within the window leaves each value its own window", async () => {
    await using world = await aWorldThatChanges({ mode: "both" });
    await world.change("second");
    world.sandbox.clock.advance(20_000);
    await world.change("third");
    expect(await Promise.all(["old", "second", "third"].map(world.accepted))).toEqual([true, true, true]);
    world.sandbox.clock.advance(10_000);
    expect(await Promise.all(["old", "second", "third"].map(world.accepted))).toEqual([false, true, true]);
    world.sandbox.clock.advance(20_000);
    expect(await Promise.all(["old", "second", "third"].map(world.accepted))).toEqual([false, false, true]);
  });

  it("to the value it has already opens no window", async () => {
    await using world = await aWorldThatChanges({ mode: "old-until-end" });
    await world.change("new");
    world.sandbox.clock.advance(30_000);
    await world.change("new");
    expect([await world.accepted("old"), await world.accepted("new")]).toEqual([false, true]);
  });

  it("has a window as long as the tenant's", async () => {
    await using world = await aWorldThatChanges({ mode: "both", seconds: 5 });
    await world.change("new");
    world.sandbox.clock.advance(5_000);
    expect(await world.accepted("old")).toBe(false);
  });

  it("spreads the same way after rotate-secret, which makes another secret each time", async () => {
    await using world = await aWorldThatChanges({ mode: "both" });
    const first = (await world.api("POST /clients/shop/rotate-secret")).body.client_secret;
    const second = (await world.api("POST /clients/shop/rotate-secret")).body.client_secret;
    expect(new Set(["old", first, second]).size).toBe(3);
    expect(await Promise.all(["old", first, second].map(world.accepted))).toEqual([true, true, true]);
  });

  it("set by hand in the state holds at once", async () => {
    await using world = await aWorldThatChanges({ mode: "old-until-end" });
    Object.assign(world.tenant.state.clients.get("shop") ?? {}, { client_secret: "by hand" });
    expect([await world.accepted("old"), await world.accepted("by hand")]).toEqual([false, true]);
  });
});
