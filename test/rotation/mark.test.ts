import { expect, it } from "vitest";
import { changeRotation, orderRotation } from "../../lib/rotation/ledger/ledger.ts";
import type { RotationFailure, RotationRecord } from "../../lib/rotation/ledger/rotation-record.ts";
import { type Replaced, replacedBy, setByCurfewAt } from "../../lib/rotation/ledger/under-way.ts";
import { markAccepted, markBegun, markDropped, markRefused, markTold } from "../../lib/rotation/mark.ts";
import { atWork, recall, type Work } from "../../lib/rotation/work.ts";
import { SECRET } from "./steps/a-step.ts";
import { recordOf } from "./world/curfew.ts";
import { announcedWorld } from "./world/one-step.ts";
import type { World } from "./world/world.ts";

const working = (world: World, version: string, work: (work: Work) => Promise<unknown>): Promise<unknown> =>
  world.clock.run(
    world.run("work", 60_000, ({ killedAt }, parts) =>
      atWork({ target: world.target, version, deadline: killedAt }, parts, work),
    ),
  );

const seen = (version: string): Replaced => ({ version, wasAccepted: true });
const current = (version: string): Replaced => ({ version, wasAccepted: false });

it.each<[string, readonly (Replaced | undefined)[], Replaced | undefined]>([
  ["is kept when it is told again", [seen("a"), undefined], seen("a")],
  ["is what was seen to be accepted, not what is current since", [seen("a"), current("b")], seen("a")],
  ["is what was current first where nothing was seen", [current("a"), current("b")], current("a")],
  ["is what was seen in a later try", [current("a"), seen("b")], seen("b")],
  ["is what was seen last", [seen("a"), seen("b")], seen("b")],
  ["is not known where nobody said", [undefined], undefined],
])("what a version replaces %s", async (_, told, expected) => {
  const { world, version } = await announcedWorld(SECRET);
  let found: unknown;
  let ofAnother: unknown = "nobody asked";
  await working(world, version, async (work) => {
    for (const replaced of told) await markTold(work, replaced);
    found = replacedBy(work, await recall(work));
    ofAnother = replacedBy({ ...work, version: "another" }, await recall(work));
  });
  expect([found, ofAnother]).toEqual([expected, undefined]);
});

it("a version is refused only once it was told of, and is as old as what was sent last, though a person had set it", async () => {
  const { world, version } = await announcedWorld(SECRET);
  const marks = [markBegun, markRefused, markAccepted, markTold, markRefused];
  const seen: unknown[] = [];
  await working(world, version, async (work) => {
    for (const mark of marks) {
      const record = await mark(work);
      seen.push([record.underWay?.wasRefused, setByCurfewAt(work, record) !== undefined]);
    }
  });

  const [untold, sent] = [
    [undefined, false],
    [undefined, true],
  ];
  expect(seen).toEqual([untold, untold, untold, sent, [true, true]]);
});

it.each([
  [true, expect.any(Number)],
  [false, undefined],
])("says of an order that nothing came of it only where that is the version's own (%s)", async (isOwn, expected) => {
  const { world, version } = await announcedWorld(SECRET);
  const order = { version: isOwn ? version : "another", by: "person", at: 0 } as const;
  await orderRotation(world.table, world.target, order);

  await working(world, version, markDropped);

  expect(recordOf(world)?.order?.cameToNothing).toEqual(expected);
});

const HELD = { since: 1, refusal: null, message: "It failed three times." };

it.each<[string, boolean, Partial<RotationRecord>]>([
  ["its own failures", true, {}],
  ["no failure of another one", false, {}],
  ["no hold, nor what that is for", true, { held: HELD }],
])("the end of a version of which nothing came ends %s", async (_, isOwn, more) => {
  const { world, version } = await announcedWorld(SECRET);
  const failure: RotationFailure = {
    version: isOwn ? version : "another",
    step: "setSecret",
    at: 1,
    code: "service-failed",
    refusal: null,
    message: "No.",
  };
  const known = { failures: 3, lastFailure: failure, ...more } as const;
  await changeRotation(world.table, world.target, (record) => ({ ...record, ...known }));

  await working(world, version, markDropped);

  const isOver = isOwn && more.held === undefined;
  const ended = { failures: 0, lastFailure: { ...failure, cameToNothing: expect.any(Number) } };
  expect(recordOf(world)).toEqual(expect.objectContaining(isOver ? ended : known));
});

it.each([
  ["nothing while it is only stored", markBegun, undefined],
  ["that it was told of and refused", markTold, true],
] as const)("of a current version that is refused %s is recorded", async (_, mark, expected) => {
  const { world, version } = await announcedWorld(SECRET);

  await working(world, version, async (work) => {
    await mark(work);
    await markRefused(work);
  });

  expect(recordOf(world)?.underWay).toMatchObject({ version });
  expect(recordOf(world)?.underWay?.wasRefused).toBe(expected);
});

it("a secret that Curfew sets anew, after a person had set it, is as old as that", async () => {
  const { world, version } = await announcedWorld(SECRET);

  await working(world, version, (work) => markAccepted(work));
  expect(setByCurfewAt({ version }, recordOf(world))).toBeUndefined();
  world.clock.pass(60_000);
  await working(world, version, (work) => markTold(work));

  expect(setByCurfewAt({ version }, recordOf(world))).toBeGreaterThanOrEqual(world.clock.now() - 1_000);
});
