import { describe, expect, it } from "vitest";
import type { Instant } from "../../../lib/history/history.ts";
import { runAftercare } from "../../../lib/rotation/aftercare/aftercare.ts";
import { finishForward } from "../../../lib/rotation/finish-forward.ts";
import { orderRotation } from "../../../lib/rotation/ledger/ledger.ts";
import { progressOf } from "../../../lib/rotation/ledger/progress.ts";
import { CURRENT, PENDING, type VersionId } from "../../../lib/rotation/ports.ts";
import { rotationStep } from "../../../lib/rotation/rotation-step.ts";
import { recordOf } from "../world/curfew.ts";
import { type Alter, announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { credentialOf } from "../world/payload.ts";
import { moveBackByHand, setSecretByHand } from "../world/people.ts";
import type { World, WorldOptions } from "../world/world.ts";
import { care, KEY, rotatedOnce, SECRET } from "./a-step.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A new key was promoted and left its label behind; a person then stored the former one again, so many times. */
async function wentBack(times: number): Promise<{ world: World; version: VersionId; back: VersionId }> {
  const { world, version } = await announcedWorld(KEY);
  const value = world.vault.read(CURRENT) ?? "";
  expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
  world.clock.pass(HOUR);
  let back = version;
  for (let time = 0; time < times; time += 1) {
    back = world.newVersion();
    world.vault.putByHand(back, `${value}${" ".repeat(time)}`);
  }
  world.clock.pass(DAY);
  return { world, version, back };
}

async function finishAgain(world: World, version: VersionId, alter: Alter = (parts) => parts): Promise<unknown> {
  const at = world.clock.now();
  await world.clock.run(orderRotation(world.table, world.target, { version, by: "schedule", at }));
  return world.clock.run(
    world.run("finish", 900_000, ({ killedAt }, parts) => finishForward(world.target, version, killedAt, alter(parts))),
  );
}

/** So many questions of the tenant's answers are lost first. */
function unanswered(questions: number): Alter {
  let asked = 0;
  return withTenant((tenant) => ({
    probe: async (login, endpoint) => {
      asked += 1;
      return asked <= questions ? { answer: "unknown", detail: "429" } : tenant.probe(login, endpoint);
    },
  }));
}

describe("a new key that a person went back from, and that bears its label still", () => {
  it("is not made current again because one question about the other was not answered", async () => {
    const { world, version, back } = await wentBack(1);

    expect(await finishAgain(world, version, unanswered(1))).toMatchObject({ ended: "done", value: false });

    expect(world.vault.labelled(CURRENT)).toBe(back);
    expect(world.vault.labelled(PENDING)).toBeUndefined();
    expect(world.guard.violations).toEqual([]);
  });

  it("keeps its label as long as Auth0 does not say which is accepted", async () => {
    const { world, version, back } = await wentBack(1);

    expect(await finishAgain(world, version, unanswered(1_000))).toMatchObject({
      ended: "failed",
      error: { code: "rotation-unfinished" },
    });

    expect(world.vault.labelled(CURRENT)).toBe(back);
    expect(world.vault.labelled(PENDING)).toBe(version);
  });
});

it("a version that was replaced keeps its label where there is no time to be certain, and that is what is said", async () => {
  const { world, version } = await wentBack(1);
  const { arn } = world.target;
  const running = world.run("short", 30_000, ({ killedAt }, parts) =>
    rotationStep({ step: "createSecret", arn, version, deadline: killedAt }, parts),
  );

  const ending = await world.clock.run(running);

  const message = expect.stringMatching(/45 seconds.*no time/);
  expect(ending).toMatchObject({ ended: "failed", error: { code: "rotation-unfinished", retryable: true, message } });
  expect(world.vault.labelled(PENDING)).toBe(version);
});

describe("a new key that a person went back from, and that bears no label but AWSPENDING", () => {
  it("keeps it while Auth0 accepts the key, and says what to do: a live key is never stored under no label", async () => {
    const { world, version, back } = await wentBack(2);

    expect(await finishAgain(world, version)).toMatchObject({
      ended: "failed",
      error: { code: "rotation-unfinished", message: expect.stringContaining("detach it") },
    });

    expect(world.vault.labelled(CURRENT)).toBe(back);
    expect(world.vault.labelled(PENDING)).toBe(version);
    world.guard.look("end", "nobody");
    expect(world.guard.violations).toEqual([]);
  });

  it("loses it once the key is detached", async () => {
    const { world, version, back } = await wentBack(2);
    const former = recordOf(world)?.aftercare[0]?.oldKey?.id ?? "";
    world.client.attach([former], "hand");
    world.clock.pass(MINUTE);

    expect(await finishAgain(world, version)).toMatchObject({ ended: "done", value: false });

    expect(world.vault.labelled(CURRENT)).toBe(back);
    expect(world.vault.labelled(PENDING)).toBeUndefined();
  });

  it("loses it where the person has made the same key current, as another version", async () => {
    const { world, version } = await wentBack(1);
    const value = world.vault.read(PENDING) ?? "";
    for (const space of [" ", "  "]) world.vault.putByHand(world.newVersion(), `${value}${space}`);

    expect(await finishAgain(world, version)).toMatchObject({ ended: "done", value: false });

    expect(world.vault.labelled(PENDING)).toBeUndefined();
  });
});

/** Dies just after the label was moved: nothing of it is on record. */
const dies: Alter = (parts) => ({
  ...parts,
  vault: {
    ...parts.vault,
    promote: async (...move) => {
      await parts.vault.promote(...move);
      throw new Error("died");
    },
  },
});

/** The label of a promoted version is moved back by hand, the credential is not; the one who mends that dies over it. */
async function diedOverIt(kind: WorldOptions): Promise<{ world: World; version: VersionId; orderedAt: Instant }> {
  const { world, version } = await announcedWorld(kind);
  const former = world.vault.labelled(CURRENT) ?? "";
  const [formerKey] = world.client.attached ?? [];
  expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
  world.clock.pass(DAY);
  world.vault.promote(world.target.arn, former, version);
  if (world.kind === "private-key") {
    world.client.attach(
      world.client.registered.map(({ id }) => id).filter((id) => id !== formerKey),
      "hand",
    );
  }
  const orderedAt = world.clock.now();
  await world.clock.run(orderRotation(world.table, world.target, { version, by: "schedule", at: orderedAt }));
  expect(await stepOf(world, "createSecret", version, dies)).toBeInstanceOf(Error);
  expect(world.vault.labelled(CURRENT)).toBe(version);
  world.clock.pass(MINUTE);
  return { world, version, orderedAt };
}

const down = withTenant(() => ({ client: () => Promise.reject(new Error("down")) }));

it("a secret that was replaced keeps its last label until it is dead, where a person set another one while that was waited for", async () => {
  const { world, version } = await announcedWorld({ ...SECRET, propagation: "both" });
  expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
  world.clock.pass(HOUR);
  moveBackByHand(world);
  world.clock.at(world.clock.now() + 44_000, () => setSecretByHand(world, "hand", true));

  expect(await finishAgain(world, version)).toMatchObject({ ended: "failed", error: { code: "rotation-unfinished" } });
  expect(world.vault.labelled(PENDING)).toBe(version);

  expect(await finishAgain(world, version)).toMatchObject({ ended: "done", value: false });
  expect(world.vault.labelled(PENDING)).toBeUndefined();
  expect(world.guard.violations).toEqual([]);
});

describe("a version that is made current again by a process that dies before it records that", () => {
  it("counts as promoted from when that is seen, and as proven only by a proof of its own", async () => {
    const { world, version, orderedAt } = await diedOverIt(SECRET);
    const first = recordOf(world)?.promoted?.at ?? 0;

    await stepOf(world, "finishSecret", version, down);

    expect(recordOf(world)?.promoted?.at).toBeGreaterThan(first);
    expect(recordOf(world)).not.toHaveProperty("underWay");
    expect(progressOf(recordOf(world), version, orderedAt).stage).toBe("promoted");
  });

  it("is overdue when nobody can prove the other one dead", async () => {
    const { world } = await diedOverIt(SECRET);

    for (let run = 0; run < 2; run += 1) {
      await world.clock.run(
        world.run("aftercare", 600_000, ({ killedAt }, parts) => runAftercare(world.target, killedAt, down(parts))),
      );
      world.clock.pass(DAY);
    }

    expect(recordOf(world)?.aftercare).toEqual([expect.objectContaining({ overdueSince: expect.any(Number) })]);
  });

  it("leaves the other key its whole overlap", async () => {
    const { world, version } = await diedOverIt(KEY);
    const key = recordOf(world)?.aftercare[0]?.oldKey?.id ?? "";
    const { attached = [] } = world.client;
    world.client.attach([...new Set([...attached, key])], "hand");

    expect(await stepOf(world, "finishSecret", version)).toBeUndefined();

    expect(world.client.attached).toContain(key);
    expect(recordOf(world)?.aftercare[0]?.from).toBeGreaterThan(world.clock.now());
  });
});

describe("a value that was replaced, and that a person labels AWSPENDING", () => {
  /** Two rotations, each proven; then one of the versions of before bears the label. */
  async function labelled(kind: WorldOptions, which: "the first" | "the one before"): Promise<World> {
    const { world, first, second } = await rotatedOnce({ ...kind, overlap: 0 });
    await care(world);
    const initial = recordOf(world)?.lastProof?.old ?? "";
    world.vault.announce(second);
    expect(await stepsUpTo(world, "finishSecret", second)).toBeUndefined();
    world.vault.complete(second);
    world.clock.pass(DAY);
    await care(world);
    expect(recordOf(world)?.lastProof).toMatchObject({ old: first, current: second });
    world.vault.secret.versions.get(which === "the first" ? initial : first)?.labels.add(PENDING);
    return world;
  }

  it.each([
    ["client-secret", "the first"],
    ["client-secret", "the one before"],
    ["private-key", "the first"],
    ["private-key", "the one before"],
  ] as const)("is never set again, and loses it (%s, %s)", async (kind, which) => {
    const world = await labelled(kind === "client-secret" ? SECRET : KEY, which);
    const version = world.vault.labelled(PENDING) ?? "";
    const before = JSON.stringify(world.client.live());

    for (const step of ["setSecret", "testSecret", "finishSecret"] as const) await stepOf(world, step, version);
    expect(JSON.stringify(world.client.live())).toBe(before);
    expect(await finishAgain(world, version)).toMatchObject({ ended: "done", value: false });

    expect(JSON.stringify(world.client.live())).toBe(before);
    expect(world.vault.labelled(PENDING)).toBeUndefined();
    expect(recordOf(world)).not.toHaveProperty("wentBack"); // the newer one is current
    expect(world.guard.violations).toEqual([]);
  });

  it("is promoted where Auth0 accepts it in place of the current one, and not set by who comes after a death", async () => {
    const world = await labelled(SECRET, "the first");
    const version = world.vault.labelled(PENDING) ?? "";
    const [current, old] = [CURRENT, PENDING].map((label) => credentialOf(world.vault.read(label) ?? ""));
    world.client.setSecret(old ?? "", "hand");
    world.clock.pass(MINUTE);
    const deaf: Alter = (parts) => ({
      ...parts,
      vault: { ...parts.vault, promote: () => Promise.reject(new Error("died")) },
    });
    expect(await stepOf(world, "createSecret", version, deaf)).toBeInstanceOf(Error);
    world.client.setSecret(current ?? "", "hand");
    world.clock.pass(HOUR);

    expect(await finishAgain(world, version)).toMatchObject({ ended: "done", value: false });
    expect(world.client.live()[0]?.secret).toBe(current);

    world.vault.secret.versions.get(version)?.labels.add(PENDING);
    world.client.setSecret(old ?? "", "hand");
    world.clock.pass(MINUTE);
    expect(await finishAgain(world, version)).toMatchObject({ ended: "done", value: true });
    expect(world.vault.labelled(CURRENT)).toBe(version);
  });
});
