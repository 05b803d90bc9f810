import { expect, test } from "vitest";
import { noteTriedAgain } from "../../../lib/revocation/incident/asked-again.ts";
import { endIncident } from "../../../lib/revocation/incident/end-incident.ts";
import { isContained, type StepResult } from "../../../lib/revocation/incident/incident.ts";
import { NO_QUESTIONS, questionsBy } from "../../../lib/revocation/respond/questions.ts";
import { respondSteps } from "../../../lib/revocation/respond/respond.ts";
import { shouldRotateAgain } from "../../../lib/revocation/respond/rotate-again.ts";
import type { Way } from "../../../lib/revocation/respond/way.ts";
import { nextWatch, watchTurn } from "../../../lib/revocation/watch/watch.ts";
import { sayRefreshTokensRevoked } from "../../../lib/revocation/window/refresh-tokens.ts";
import { DAY, done, incidentOf, MINUTE, putIncident, THREE_AM, testParts, testTenant } from "../support.ts";
import { replaced } from "../world/approve.ts";
import { containAll, respond, turn } from "../world/curfew.ts";
import { report } from "../world/second-leak.ts";
import { createWorld, type World } from "../world/world.ts";

const ORDERS = { audience: "https://orders", scopes: ["read:orders"] };
const QUESTIONS = questionsBy({ checks: [], policy: new Map(), exceptions: [] });
const NOT_DONE: StepResult = { at: THREE_AM, outcome: "incomplete", message: "", missing: ["it"], code: null };

const CONTAINED = "acme: job is contained; the window is open";
const NOT_CONTAINED = "acme: job is NOT contained yet";

/** A step, as the function does it; a turn of watching where nothing else is said. */
async function watched(world: World, step: "watch" | "contain" | "window" = "watch"): Promise<Way | undefined> {
  const nothing = async () => undefined;
  let way: Way | undefined;
  const run = world.run("watching", async (parts) => {
    const inventories = { before: nothing, now: nothing };
    way = await respondSteps(QUESTIONS)[step](world.incident(), { ...parts, inventories });
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

test("what watching has asked for is waited for until it was tried, or for an hour where whoever tries it dies", async () => {
  const world = await createWorld({ grants: [ORDERS] });
  await world.clock.run(containAll(world));
  const later = (count: number) => world.clock.run(world.clock.sleep(count * MINUTE));
  await later(105);
  expect(await watched(world)).toMatchObject({ next: "rotate" });
  const { askedAgain } = world.incident();
  await later(1 / 12);
  // Its answer did not arrive, and the machine asks once more.
  expect(await watched(world)).toMatchObject({ next: "rotate" });
  expect(world.incident().askedAgain).toEqual(askedAgain);
  for (const minutes of [1, 63]) {
    await later(minutes);
    expect(await watched(world)).toMatchObject({ next: "rotating" });
  }
  await later(1);
  expect(await watched(world)).toMatchObject({ next: "rotate" });

  await noteTriedAgain(world.incident(), world);
  expect(await watched(world)).toMatchObject({ next: "again" });
  await later(10);
  expect(await watched(world)).toMatchObject({ next: "again" });
  await later(10);
  const before = world.incident();
  expect(await watched(world)).toMatchObject({ next: "rotate" });
  await noteTriedAgain(before, world);
  await later(1);
  expect(await watched(world)).toMatchObject({ next: "rotating" });
});

test("that it is contained is told again whenever it was not meanwhile, also while the window stays open", async () => {
  const world = await createWorld({ grants: [ORDERS] });
  await world.clock.run(respond(world));
  await watched(world, "window");
  for (let times = 0; times < 2; times += 1) {
    world.putBack((tenant) => tenant.setGrantTypes(["client_credentials", "refresh_token"]));
    await watched(world);
    await world.clock.run(turn(world));
    await watched(world);
  }

  const told = world.alerts.map(({ title }) => title.replace(/; it is taken.*/, ""));
  const again = [expect.stringContaining("put back"), NOT_CONTAINED, CONTAINED];
  expect(told.slice(told.indexOf(CONTAINED))).toEqual([CONTAINED, ...again, ...again]);
});

test("where a key is named to an incident that is proven already, detaching it wants the proof anew", async () => {
  const world = await createWorld({ client: { attachedKeys: ["cred_1", "cred_2"] } });
  await world.clock.run(respond(world));
  await world.clock.run(world.clock.sleep(300 * MINUTE));

  expect(await watched(world, "contain")).toEqual({ next: "on", wait: 0 });
  await report(world, null, undefined, "old");
  expect(await watched(world, "contain")).toEqual({ next: "rotate", wait: 0 });
  expect(world.tenant.client?.attachedKeys).toEqual(["cred_2"]);
});

const LEFT: StepResult = { at: THREE_AM, outcome: "not-applicable", message: "", leftTo: "next" };
const { leftTo: _, ...NONE } = LEFT;
test.each([
  { title: "its credential is not replaced", rotate: NOT_DONE, isDeciding: false, is: false },
  { title: "its credential is not replaced", rotate: NOT_DONE, isDeciding: true, is: true },
  { title: "another one was to replace it", rotate: LEFT, isDeciding: false, is: false },
  { title: "another one was to replace it", rotate: LEFT, isDeciding: true, is: true },
  { title: "there is none to replace", rotate: NONE, isDeciding: true, is: false },
  { title: "it is not proven", rotate: done(THREE_AM), prove: NOT_DONE, isDeciding: false, is: true },
])(
  "where $title it is tried again: $is, in an incident that decides: $isDeciding",
  ({ rotate, prove = done(THREE_AM), isDeciding, is }) => {
    const contained = Object.fromEntries(
      ["lock", "detach-key", "contain", "network-acl", "look"].map((step) => [step, done(THREE_AM)]),
    );
    const incident = incidentOf({ steps: { ...contained, rotate, prove } });

    expect(shouldRotateAgain(incident, THREE_AM + DAY, isDeciding)).toBe(is);
  },
);

test("after the window it is watched as long as access may be given back: what is opened then is shut, told, and proven anew", async () => {
  const world = await createWorld({ grants: [ORDERS] });
  await world.clock.run(replaced(world));
  await sayRefreshTokensRevoked(world.table, world.opened.id, { at: world.clock.now(), by: "dana" });
  await watched(world, "window");
  await watched(world);
  const { window } = world.incident();
  const end = window?.state === "closes" ? window.at : 0;
  const later = (moment: number) => world.clock.run(world.clock.sleep(moment - world.clock.now()));
  await later(end + 11 * MINUTE);
  expect(await watched(world)).toMatchObject({ next: "again", wait: expect.any(Number) });
  await later(end + DAY);
  world.putBack((tenant) => {
    tenant.setGrantTypes(["client_credentials"]);
    for (const grant of world.before.grants) tenant.createGrant(grant);
  });
  expect(await watched(world)).toMatchObject({ next: "rotate" });

  expect([world.tenant.gives(ORDERS.audience), isContained(world.incident())]).toEqual([false, false]);
  expect(world.heard()).toMatch(/put back/);
  expect(world.incident().window?.state).toBe("open");
});

test.each([
  { title: "it is given back", changes: { steps: { restore: done(THREE_AM) } } },
  { title: "nobody may give it back any more", changes: {}, passed: 7 * DAY },
  { title: "nobody is there to be asked", changes: {}, questions: NO_QUESTIONS },
])("after the window nobody watches where $title", async ({ changes, passed = 0, questions = QUESTIONS }) => {
  const { parts, table, clock } = testParts(testTenant());
  const incident = incidentOf(changes);
  await putIncident(table, incident);
  await clock.run(clock.sleep(DAY + passed));
  const atLeastUntil = await questions.restore.lastsUntil(incident, parts);
  const { steps } = await clock.run(watchTurn(incident, parts, atLeastUntil));

  expect(steps.watch?.outcome).toBe("done");
  expect(await nextWatch(incident, parts, atLeastUntil)).toBeNull();
});

test.each([
  ["until 2026-12-01 03:00 UTC, as long as access may be given back.", QUESTIONS],
  ["until 2026-11-24 03:10 UTC.", NO_QUESTIONS],
])(
  "a drill, which is over within a day, says that in an emergency watching would go on %s",
  async (until, questions) => {
    const { parts, table, clock } = testParts(testTenant());
    const drill = incidentOf({ drill: true });
    await putIncident(table, drill);
    const { steps } = await clock.run(watchTurn(drill, parts, await questions.restore.lastsUntil(drill, parts)));

    expect(steps.watch?.message).toMatch(new RegExp(`would go on ${until}$`));
  },
);

test("what a person has ended nobody watches any more: it is closed, and what was taken away stays as it is", async () => {
  const world = await createWorld({ grants: [ORDERS] });
  await world.clock.run(containAll(world));
  await endIncident(world.table, world.opened.id, { at: world.clock.now(), by: "sam", reason: "a false alarm" });
  world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));

  expect(await watched(world)).toEqual({ next: "close", wait: 0 });
  expect(world.tenant.client?.grantTypes).toEqual(["client_credentials"]);
  expect(world.incident().steps.watch).toBeUndefined();
});
