import { describe, expect, it } from "vitest";
import { orderRotation, readTarget, resumeRotation, writeTarget } from "../../../lib/rotation/ledger/ledger.ts";
import type { RotationTarget } from "../../../lib/rotation/ledger/target.ts";
import { NOW } from "../../support/rotations.ts";
import { arnOf, type Company, company } from "../company.ts";

const DAY = 86_400_000;

const OURS = { tenant: "a", clientId: "1", secret: "apps/a/1" } as const;
const target = (secret: string): RotationTarget => ({
  arn: arnOf(secret),
  tenant: "a",
  clientId: "1",
  kind: "client-secret",
  writtenBy: "deploy",
  at: NOW,
});

/** What is remembered of the secret that is the right one. */
const KNOWN = {
  promoted: { version: "v1", at: NOW - 95 * DAY },
  acceptedAt: NOW - 200 * DAY,
  lastProof: { old: "v0", current: "v1", provenAt: NOW - 95 * DAY, answers: [] },
} as const;

/** Two credentials that were rotated before. */
async function rotatedBefore(): Promise<Company> {
  const world = await company([
    { ...OURS, ageDays: 95 },
    { tenant: "a", clientId: "2", ageDays: 1 },
  ]);
  for (const clientId of ["1", "2"]) {
    await world.change("a", clientId, KNOWN);
    await writeTarget(world.table, { ...target(`apps/a/${clientId}`), clientId });
  }
  return world;
}

/** The run of a morning, with the secret that the configuration names for the first credential. */
async function runs(world: Company, id: string, secret: string): Promise<void> {
  const run = { id, startedAt: new Date(world.clock.now()).toISOString() };
  await world.audited(run, ["a"]);
  const common = { tenant: "a", kind: "client-secret", rotate: "auto", maxAge: 90 * 86_400, hasRotator: true } as const;
  await world.rotate(run, ["a"], {
    credentials: [
      { ...common, clientId: "2", secret: "apps/a/2" },
      { ...common, clientId: "1", secret },
    ],
  });
  world.clock.pass(DAY);
}

describe("where curfew.yaml names another secret for a day", () => {
  it("which is another client's: nothing is forgotten of the right one; it is held, and goes on when resumed", async () => {
    const world = await rotatedBefore();

    await runs(world, "wrong", "apps/a/2");

    expect(world.recordOf("a", "1")).toMatchObject({
      ...KNOWN,
      arn: arnOf(OURS.secret),
      held: { refusal: "not-configured" },
    });
    await resumeRotation(world.table, target(OURS.secret));
    await runs(world, "right", OURS.secret);
    expect(world.begun.map(({ clientId }) => clientId)).toEqual(["1"]);
  });

  it("which is nobody's: what is remembered of the right one counts again afterwards", async () => {
    const world = await rotatedBefore();
    const order = { version: "v1", by: "person", at: world.clock.now() } as const;

    const wrong = await orderRotation(world.table, target("apps/new"), order);
    const right = await orderRotation(world.table, target(OURS.secret), order);

    expect(wrong).toMatchObject({ arn: arnOf("apps/new"), acceptedAt: KNOWN.acceptedAt, lastProof: KNOWN.lastProof });
    expect(wrong).not.toHaveProperty("promoted"); // its versions are none of the other secret's
    expect(right).toMatchObject({ ...KNOWN, arn: arnOf(OURS.secret), order: { promotedBefore: KNOWN.promoted.at } });
  });
});

it("corrects by the next audit a file that gave two new credentials each other's secret", async () => {
  const world = await company(["1", "2"].map((clientId) => ({ tenant: "a", clientId, ageDays: 95 })));
  const common = { tenant: "a", kind: "client-secret", maxAge: 90 * 86_400, hasRotator: true } as const;
  const audit = async (id: string, rotate: "auto" | "off", secrets: Record<string, string>) => {
    const run = { id, startedAt: new Date(world.clock.now()).toISOString() };
    await world.audited(run, ["a"]);
    const credentials = Object.entries(secrets).map(([clientId, secret]) => ({ ...common, rotate, clientId, secret }));
    await world.rotate(run, ["a"], { credentials });
    world.clock.pass(DAY);
  };

  await audit("wrong", "off", { 1: "apps/a/2", 2: "apps/a/1" });
  await audit("right", "auto", { 1: "apps/a/1", 2: "apps/a/2" });

  expect(world.failures).toEqual([]);
  expect(world.begun.map(({ clientId }) => clientId)).toEqual(["1", "2"]);
  for (const id of ["1", "2"]) {
    expect(await readTarget(world.table, arnOf(`apps/a/${id}`))).toMatchObject({ clientId: id });
  }
});

it("lifts every hold that is on record, of whatever secret the record is", async () => {
  const world = await rotatedBefore();
  const held = { since: NOW, refusal: "not-configured", message: "No." } as const;
  const care = { current: "v2", old: "v1", recordedAt: NOW, from: NOW, lastWriteAt: NOW, answers: [] };
  await world.change("a", "1", { arn: arnOf("apps/other"), held, failures: 3, failedOrder: NOW, aftercare: [care] });

  await resumeRotation(world.table, target(OURS.secret));

  const record = world.recordOf("a", "1");
  expect(record).toMatchObject({ arn: arnOf("apps/other"), failures: 0, aftercare: [care] });
  expect(record).not.toHaveProperty("held");
  expect(record).not.toHaveProperty("failedOrder");
});
