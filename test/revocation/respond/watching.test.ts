import { expect, test } from "vitest";
import { isContained } from "../../../lib/revocation/incident/incident.ts";
import { NO_QUESTIONS } from "../../../lib/revocation/respond/questions.ts";
import { respondSteps } from "../../../lib/revocation/respond/respond.ts";
import type { Way } from "../../../lib/revocation/respond/way.ts";
import { containAll } from "../world/curfew.ts";
import { createWorld, type World } from "../world/world.ts";

const ORDERS = { audience: "https://orders", scopes: ["read:orders"] };
const MINUTE = 60_000;

/** A turn of watching, as the function does it. */
async function watched(world: World): Promise<Way | undefined> {
  const nothing = async () => undefined;
  let way: Way | undefined;
  const run = world.run("watching", async (parts) => {
    const inventories = { before: nothing, now: nothing };
    way = await respondSteps(NO_QUESTIONS).watch(world.incident(), { ...parts, inventories });
  });
  await world.clock.run(run);
  return way;
}

test("while what leaked is being replaced, somebody watches and puts back, and tells of no window", async () => {
  const world = await createWorld({ grants: [ORDERS] });
  await world.clock.run(containAll(world));
  world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
  const before = world.heard();

  expect(await watched(world)).toEqual({ next: "again", wait: 60 });

  expect(world.tenant.client?.grantTypes).not.toContain("client_credentials");
  expect(world.heard().slice(before.length)).not.toMatch(/not contained/i);
  expect([world.incident().window, isContained(world.incident())]).toEqual([null, false]);
});

test("where that did not come to its end, watching does it", async () => {
  const world = await createWorld({ grants: [ORDERS] });
  await world.clock.run(containAll(world));
  await world.clock.run(world.clock.sleep(105 * MINUTE));

  expect(await watched(world)).toMatchObject({ next: "rotate" });
  expect(world.incident().window).not.toBeNull();
});
