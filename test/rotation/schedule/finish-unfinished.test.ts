import { describe, expect, it } from "vitest";
import { unfinished } from "../../../bin/rotation/rotation-state.ts";
import { finishForward } from "../../../lib/rotation/finish-forward.ts";
import { isSettled } from "../../../lib/rotation/ledger/failing.ts";
import { changeRotation, orderRotation } from "../../../lib/rotation/ledger/ledger.ts";
import { progressOf } from "../../../lib/rotation/ledger/progress.ts";
import type { RotationRecord } from "../../../lib/rotation/ledger/rotation-record.ts";
import { rotationAlerts } from "../../../lib/rotation/news/rotation-alerts.ts";
import { CURRENT, PENDING } from "../../../lib/rotation/ports.ts";
import { DAY, KEY, refusal, SECRET } from "../steps/a-step.ts";
import { hangingVersion, nextMorning, recordOf, rotateDue } from "../world/curfew.ts";
import { type Alter, announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { CLIENT_ID } from "../world/payload.ts";
import { setSecretByHand } from "../world/people.ts";
import type { World } from "../world/world.ts";

/** A world in which a rotation came to its end, a day ago. */
async function rotatedWorld(): Promise<{ world: World; version: string }> {
  const { world, version } = await announcedWorld(SECRET);
  expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
  world.clock.pass(DAY);
  return { world, version };
}

/** The same; its version kept AWSPENDING, and a person has set and stored another value since. */
async function labelledWorld(): Promise<{ world: World; version: string }> {
  const { world, version } = await rotatedWorld();
  setSecretByHand(world, "hand".padEnd(64, "-"), true);
  world.clock.pass(DAY);
  expect(hangingVersion(world)).toBe(version);
  return { world, version };
}

const forward = async (world: World, version: string, alter: Alter = (parts) => parts) => {
  const running = world.run("forward", 900_000, ({ killedAt }, parts) =>
    finishForward(world.target, version, killedAt, alter(parts)),
  );
  const ending = await world.clock.run(running);
  return ending.ended === "done" ? ending.value : ending;
};

const down = withTenant(() => ({ probe: async () => ({ answer: "unknown", detail: "down" }) }));

describe("a run finishes what no record tells of", () => {
  it("a rotation from the AWS console whose function never ran, once it is due", async () => {
    const { world, version } = await rotatedWorld();
    world.vault.complete(version);
    const hanging = world.newVersion();
    world.vault.announce(hanging);

    await world.clock.run(rotateDue(world, true));

    expect(recordOf(world)?.promoted?.version).toBe(hanging);
    expect(hangingVersion(world)).toBeUndefined();
  });

  it("a label that a promoted version kept, and rotates in the same run", async () => {
    const { world, version } = await labelledWorld();

    await world.clock.run(rotateDue(world, true));

    const promoted = recordOf(world)?.promoted?.version;
    expect(promoted).not.toBe(version);
    expect(promoted).toBe(world.vault.labelled(CURRENT));
    expect(hangingVersion(world)).toBeUndefined();
    expect(world.guard.violations).toEqual([]);
  });

  it("a label that was to be retired the day before and could not be, and rotates in the same run", async () => {
    const { world, version } = await labelledWorld();
    await world.clock.run(orderRotation(world.table, world.target, { version, by: "schedule", at: world.clock.now() }));
    expect(await forward(world, version, down)).toMatchObject({ ended: "failed" });
    await world.clock.run(nextMorning(world));

    await world.clock.run(rotateDue(world, true));

    const record = recordOf(world);
    expect(record).toMatchObject({ failures: 0, promoted: { version: world.vault.labelled(CURRENT) } });
    expect(record?.promoted?.version).not.toBe(version);
  });

  it("and counts where that fails: on the third morning it is held, and people hear", async () => {
    const { world, version } = await labelledWorld();
    for (let day = 0; day < 3; day++) {
      await world.clock.run(
        orderRotation(world.table, world.target, { version, by: "schedule", at: world.clock.now() }),
      );
      expect(await forward(world, version, down)).toMatchObject({ ended: "failed" });
      await world.clock.run(nextMorning(world));
    }

    const record = recordOf(world);
    expect(record).toMatchObject({ failures: 3, held: { refusal: null } });
    expect(
      record &&
        rotationAlerts([{ tenant: "acme-prod", record, isTended: true }], { owners: new Map() }, world.clock.now()),
    ).toHaveLength(1);
  });
});

describe("a version that only left its label", () => {
  it("is not called rotated when it is ordered again and retired", async () => {
    const { world, version } = await labelledWorld();
    const at = world.clock.now();
    await world.clock.run(orderRotation(world.table, world.target, { version, by: "person", at }));

    expect(await forward(world, version)).toBe(false);

    expect(hangingVersion(world)).toBeUndefined();
    expect(progressOf(recordOf(world), version, at)).toMatchObject({ stage: "ordered", failure: null });
  });

  it("is rotated to where it was promoted just before somebody ordered it", async () => {
    const { world, version } = await rotatedWorld();
    const at = world.clock.now();
    await world.clock.run(orderRotation(world.table, world.target, { version, by: "person", at }));

    expect(await forward(world, version)).toBe(true);
    expect(progressOf(recordOf(world), version, at).stage).toBe("proven");
  });

  it("is rotated to again where it is the one that is live, and has to be proven again", async () => {
    const { world, version } = await rotatedWorld();
    const firstProof = recordOf(world)?.lastProof;
    const former = [...world.vault.secret.versions.keys()][0] ?? "";
    world.vault.promote(world.target.arn, former, version); // a person moves the label, and changes nothing at Auth0
    const at = world.clock.now();
    await world.clock.run(orderRotation(world.table, world.target, { version, by: "person", at }));

    expect(await stepOf(world, "createSecret", version)).toBeUndefined();
    expect(progressOf(recordOf(world), version, at).stage).toBe("promoted");

    expect(await forward(world, version)).toBe(true);
    const record = recordOf(world);
    expect(progressOf(record, version, at).stage).toBe("proven");
    expect(record?.lastProof?.provenAt).toBeGreaterThan(record?.promoted?.at ?? Number.POSITIVE_INFINITY);
    const proofs = [...world.evidence.documents].map(([name, [body, ...more]]) => ({
      isOfVersion: name.startsWith(`rotations/acme-prod/${CLIENT_ID}/${version}`),
      provenAt: JSON.parse(Buffer.from(body ?? []).toString()).proof.provenAt,
      isOverwritten: more.length > 0,
    }));
    expect(proofs).toEqual([
      { isOfVersion: true, provenAt: firstProof?.provenAt, isOverwritten: false },
      { isOfVersion: true, provenAt: record?.lastProof?.provenAt, isOverwritten: false },
    ]);
  });

  it("keeps its label where it is the one that is live, though both are accepted for a while", async () => {
    const { world, version } = await announcedWorld({ ...SECRET, propagation: "both" });
    await stepsUpTo(world, "testSecret", version);
    const former = world.vault.labelled(CURRENT) ?? "";
    const failing = withTenant(() => ({ client: () => Promise.reject(new Error("down")) }));
    await stepOf(world, "finishSecret", version, failing);
    world.vault.promote(world.target.arn, former, version); // a person takes it back at once

    expect(await stepOf(world, "createSecret", version)).toBeUndefined();

    world.clock.pass(DAY);
    world.guard.look("a day", "nobody");
    expect(world.vault.labelled(CURRENT)).toBe(version);
    expect(world.guard.violations).toEqual([]);
  });
});

describe("a version of which nothing came", () => {
  /** Auth0 never heard of it, though it was recorded that it might; then a person took its label away. */
  async function given(): Promise<{ world: World; version: string }> {
    const { world, version } = await announcedWorld(SECRET);
    await world.clock.run(orderRotation(world.table, world.target, { version, by: "person", at: world.clock.now() }));
    await stepsUpTo(world, "createSecret", version);
    const deaf = withTenant(() => ({ setSecret: () => Promise.reject(new Error("died")) }));
    await stepOf(world, "setSecret", version, deaf);
    world.guard.excuse();
    world.vault.takePendingAway();
    world.clock.pass(DAY);
    return { world, version };
  }

  it("runs no further step, and its order is over", async () => {
    const { world, version } = await given();

    expect(await forward(world, version)).toBe(false);

    const record = recordOf(world);
    expect(record).not.toHaveProperty("underWay");
    expect(record).not.toHaveProperty("wentBack"); // it never was current
    expect(record?.order).toMatchObject({ version, cameToNothing: expect.any(Number) });
    const { lastFailure: _, ...calm } = record as RotationRecord;
    expect([isSettled(calm), unfinished(calm)]).toEqual([true, undefined]);
  });

  it("keeps the same run from nothing: the credential is rotated that morning", async () => {
    const { world, version } = await given();

    await world.clock.run(rotateDue(world, true));

    expect(recordOf(world)?.promoted?.version).toBe(world.vault.labelled(CURRENT));
    expect(recordOf(world)?.promoted?.version).not.toBe(version);
    expect(recordOf(world)?.promoted?.at).toBeGreaterThan(world.clock.now() - DAY);
  });
});

describe.each(["client-secret", "private-key"] as const)("a version that Auth0 was told of (%s)", (kind) => {
  const held = { since: 1, refusal: null, message: "It failed." };

  /** Somebody cancelled it, took its label away as AWS advises, and began another one in the console. */
  async function besideAnother(): Promise<{ world: World; version: string; other: string }> {
    const { world, version } = await announcedWorld(kind === "client-secret" ? SECRET : KEY);
    await stepsUpTo(world, "setSecret", version);
    world.vault.cancel();
    world.guard.excuse();
    world.vault.takePendingAway();
    const other = world.newVersion();
    world.vault.announce(other);
    return { world, version, other };
  }

  it.each<[string, (world: World) => unknown]>([
    ["rotate is off", ({ settings }) => Object.assign(settings, { rotate: "off" })],
    ["it is held", ({ table, target }) => changeRotation(table, target, (record) => ({ ...record, held }))],
    ["rotation is switched off at Secrets Manager", ({ vault }) => vault.cancel()],
  ])("and that bears no label is finished before one that somebody began since, also where %s", async (_, happens) => {
    const { world, version } = await besideAnother();
    const { promote } = world.vault;
    const promoted: string[] = [];
    world.vault.promote = (...move) => {
      promoted.push(move[1]);
      promote(...move);
    };
    await happens(world);
    world.clock.pass(DAY);

    await world.clock.run(rotateDue(world, false));

    expect(promoted[0]).toBe(version);
    expect(recordOf(world)).not.toHaveProperty("held");
    expect(world.guard.violations).toEqual([]);
  });

  it("is finished at once by whoever comes to begin another one, also where that is refused", async () => {
    const { world, version, other } = await besideAnother();
    Object.assign(world.settings, { rotate: "off" });

    expect(await stepOf(world, "createSecret", other)).toEqual(refusal("rotate-off"));

    expect(world.vault.labelled(CURRENT)).toBe(version);
    expect(world.vault.labelled(PENDING)).toBe(other);
  });

  it("comes to nothing once its application is deleted: that is held, and nobody is told to finish it", async () => {
    const { world, version } = await announcedWorld(kind === "client-secret" ? SECRET : KEY);
    await stepsUpTo(world, "setSecret", version);
    Object.assign(world.client.settings, { isGone: true });
    world.clock.pass(7 * DAY);

    await world.clock.run(rotateDue(world, false));

    const record = recordOf(world) as RotationRecord;
    expect(record).not.toHaveProperty("underWay");
    const untended = { tenant: "acme-prod", record, isTended: false };
    expect(rotationAlerts([untended], { owners: new Map() }, world.clock.now()).map(({ title }) => title)).toEqual([
      "acme-prod: the rotation of jkl is held: the application is not in Auth0 any more",
    ]);
  });
});

it("what is held is not rotated in the stead of a version that lost its label and came to nothing", async () => {
  const { world, version } = await announcedWorld(SECRET);
  await stepsUpTo(world, "createSecret", version);
  const deaf = withTenant(() => ({ setSecret: () => Promise.reject(new Error("died")) }));
  await stepOf(world, "setSecret", version, deaf);
  const held = { since: 1, refusal: null, message: "It failed." };
  await changeRotation(world.table, world.target, (record) => ({ ...record, held }));
  world.guard.excuse();
  world.vault.takePendingAway();
  const other = world.newVersion();
  world.vault.announce(other);
  world.clock.pass(DAY);

  expect(await stepOf(world, "createSecret", other)).toEqual(refusal("held"));
  expect(world.vault.labelled(PENDING)).toBe(other);
  expect(recordOf(world)?.held).toEqual(held);
});
