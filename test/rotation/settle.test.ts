import { describe, expect, it } from "vitest";
import { finishForward } from "../../lib/rotation/finish-forward.ts";
import { orderRotation } from "../../lib/rotation/ledger/ledger.ts";
import { CURRENT, PENDING, type VersionId } from "../../lib/rotation/ports.ts";
import { KEY } from "./steps/a-step.ts";
import { type Alter, announcedWorld, stepsUpTo, withTenant } from "./world/one-step.ts";
import type { World } from "./world/world.ts";

const HOUR = 3_600_000;
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
