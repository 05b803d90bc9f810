import { expect, it } from "vitest";
import { runAftercare } from "../../../lib/rotation/aftercare/aftercare.ts";
import { overdueSince } from "../../../lib/rotation/ledger/overdue.ts";
import { CURRENT } from "../../../lib/rotation/ports.ts";
import { KEY, SECRET } from "../steps/a-step.ts";
import { nextMorning, recordOf, rotateDue } from "../world/curfew.ts";
import { type Alter, announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { CLIENT_ID } from "../world/payload.ts";
import type { World, WorldOptions } from "../world/world.ts";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const careFor = (world: World, alter: Alter = (parts) => parts) =>
  world.clock.run(
    world.run("aftercare", 600_000, ({ killedAt }, parts) => runAftercare(world.target, killedAt, alter(parts))),
  );

/** Rotated from a machine that has no place for a proof. */
async function rotatedFromALaptop(options: WorldOptions) {
  const { world, version } = await announcedWorld(options);
  await stepsUpTo(world, "testSecret", version);
  expect(await stepOf(world, "finishSecret", version, (parts) => ({ ...parts, keepsProof: false }))).toBeUndefined();
  world.vault.complete(version);
  return { world, version };
}

it("an old key that a person removed during the rotation is proven dead without waiting for its overlap", async () => {
  const { world, version } = await announcedWorld(KEY);
  const old = world.vault.labelled(CURRENT);
  expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
  const own = world.client.registered.find(({ name }) => name?.startsWith("curfew-"))?.id ?? "";
  world.client.attach([own], "hand");
  for (const { id } of [...world.client.registered]) if (id !== own) world.client.deleteKey(id);

  expect(await stepOf(world, "finishSecret", version)).toBeUndefined();

  expect(recordOf(world)).toMatchObject({ aftercare: [], lastProof: { old, current: version } });
});

it("an old secret that nobody could keep a proof of is left to the next audit, which is no fault until it has been", async () => {
  const { world, version } = await rotatedFromALaptop(SECRET);
  const [care] = recordOf(world)?.aftercare ?? [];
  if (!care) throw new Error("nothing is left to do");
  const asSeen = (minutes: number, isTended = true) =>
    overdueSince(care, world.clock.now() + minutes * MINUTE, isTended) !== undefined;

  expect([asSeen(6), asSeen(72 * 60), asSeen(74 * 60), asSeen(6, false)]).toEqual([false, false, true, true]);

  await world.clock.run(nextMorning(world));
  await world.clock.run(rotateDue(world, false));
  expect(recordOf(world)).toMatchObject({ aftercare: [], lastProof: { current: version } });
});

it("a proof whose name an earlier one has is kept beside it, named by the moment of the promotion", async () => {
  const { world, version: first } = await announcedWorld(SECRET);
  expect(await stepsUpTo(world, "finishSecret", first)).toBeUndefined();
  world.vault.complete(first);
  world.clock.pass(DAY);
  await world.evidence.create(`rotations/acme-prod/${CLIENT_ID}/second.json`, Buffer.from("{}"), "application/json");
  const second = "second";
  expect(world.vault.announce(second)).toBe(true);
  expect(await stepsUpTo(world, "finishSecret", second)).toBeUndefined();

  const moment = new Date(recordOf(world)?.promoted?.at ?? 0).toISOString().replaceAll(/[-:.]/g, "");
  expect(moment).not.toMatch(/^1970/);
  expect([...world.evidence.documents.keys()]).toContain(`rotations/acme-prod/${CLIENT_ID}/second-${moment}.json`);
});

it("what cannot be asked about any more says why in the words of an aftercare, not of a rotation to come", async () => {
  const { world } = await rotatedFromALaptop(SECRET);
  const acceptsAnything = withTenant(() => ({
    calibrate: async () => ({ endpoint: null, reason: "cannot-tell", detail: "" }),
  }));

  await careFor(world, acceptsAnything);

  expect(recordOf(world)?.aftercare).toEqual([
    expect.objectContaining({ notProvable: expect.stringMatching(/^By now Auth0 accepts even a random credential/) }),
  ]);
});
