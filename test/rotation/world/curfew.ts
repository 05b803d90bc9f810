import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { runAftercare } from "../../../lib/rotation/aftercare.ts";
import { finishForward } from "../../../lib/rotation/finish-forward.ts";
import { orderRotation, readRotation, resumeRotation } from "../../../lib/rotation/ledger.ts";
import type { RotationParts } from "../../../lib/rotation/parts.ts";
import { CURRENT, PENDING, type VersionId } from "../../../lib/rotation/ports.ts";
import type { RotationOrder, RotationRecord, RotationStep } from "../../../lib/rotation/rotation-record.ts";
import { ROTATION_STEPS } from "../../../lib/rotation/rotation-record.ts";
import { rotationStep } from "../../../lib/rotation/rotation-step.ts";
import type { Ending, Process } from "./process.ts";
import type { World } from "./world.ts";

/** Timeouts of the functions, in milliseconds, as they are deployed. */
const ROTATE_SECRET = 5 * 60_000;
const ROTATE_DUE = 10 * 60_000;

/** How Secrets Manager tries again. It does not say how often or when; so soon, what comes late meets the next try. */
const ATTEMPTS = 3;
const PAUSE = 15_000;

const DAY = 86_400_000;

/** Secrets Manager calls the function for one step. */
function callStep(world: World, step: RotationStep, version: VersionId): Promise<Ending<void>> {
  return world.run(`rotate-secret (${step})`, ROTATE_SECRET, (process, parts) =>
    rotationStep({ step, arn: world.target.arn, version, deadline: process.killedAt }, parts),
  );
}

/**
 * Secrets Manager rotates, once it has announced the version: the steps in their order, and all of them again where
 * one fails, until it is through, gives up or is cancelled.
 */
export async function serveRotation(world: World, version: VersionId, attempts = ATTEMPTS): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) await world.clock.sleep(PAUSE);
    if (!world.vault.secret.rotationEnabled) return false;
    if (await serveSteps(world, version)) return true;
  }
  return false;
}

async function serveSteps(world: World, version: VersionId): Promise<boolean> {
  for (const step of ROTATION_STEPS) {
    if (!world.vault.secret.rotationEnabled) return false;
    const { ended } = await callStep(world, step, version);
    world.guard.look(step, "Secrets Manager");
    if (ended !== "done") return false;
  }
  return world.vault.complete(version);
}

/** Somebody asks for a rotation: first it is written down who, then Secrets Manager is told. */
async function order(
  world: World,
  process: Process,
  parts: RotationParts,
  wanted: Pick<RotationOrder, "version" | "by" | "overwrite">,
): Promise<boolean> {
  await orderRotation(parts.table, world.target, { ...wanted, at: process.clock.now() });
  return world.wire.call(process, {
    name: "service.rotateSecret",
    effect: () => world.vault.announce(wanted.version),
    failed: () => new CurfewError("vault-failed", "Secrets Manager failed.", { retryable: true }),
  });
}

/** The version that a rotation left behind: what blocks every other one. */
export function hangingVersion(world: World): VersionId | undefined {
  const pending = world.vault.labelled(PENDING);
  return pending === world.vault.labelled(CURRENT) ? undefined : pending;
}

/**
 * What the audit's run does about the one credential of this world: finishes what is unfinished, and rotates where
 * that is still wanted and nothing is held.
 *
 * @param isDue whether a rotation is to be begun where nothing is unfinished
 */
export async function rotateDue(world: World, isDue: boolean): Promise<void> {
  const version = world.newVersion();
  const ending = await world.run("rotate-due", ROTATE_DUE, async (process, parts) => {
    const { target } = world;
    await tolerate(runAftercare(target, process.killedAt, parts));
    const record = await readRotation(parts.table, target);
    const unfinished = (await pendingVersion(parts, target.arn)) ?? toldVersion(record);
    if (unfinished === undefined)
      return isDue && !record?.held && order(world, process, parts, { version, by: "schedule" });
    const wanted = finishingOrder(record, unfinished, process.clock.now());
    if (!wanted) return false;
    await orderRotation(parts.table, target, wanted);
    await finishForward(target, unfinished, process.killedAt, parts);
    return false;
  });
  world.guard.look("a morning", "rotate-due");
  if (hasBegun(world, version) || (ending.ended === "done" && ending.value)) await serveRotation(world, version);
}

/** A version that Auth0 was told of comes to its end, whatever became of its label. */
const toldVersion = (record: RotationRecord | undefined): VersionId | undefined =>
  record?.underWay?.setAt === undefined ? undefined : record.underWay.version;

/**
 * By whose order a run finishes what it finds: by its own, once Auth0 was told of it; before, a person's order stays
 * the person's, and what is held is left alone.
 */
function finishingOrder(record: RotationRecord | undefined, version: VersionId, at: number): RotationOrder | undefined {
  if (version === toldVersion(record)) return { version, by: "schedule", at };
  if (record?.order?.version === version && record.order.by !== "schedule") return record.order;
  return record?.held ? undefined : { version, by: "schedule", at };
}

/** What began although its caller never heard of it goes on all the same. */
const hasBegun = (world: World, version: VersionId): boolean => hangingVersion(world) === version;

async function pendingVersion(parts: RotationParts, arn: string): Promise<VersionId | undefined> {
  const { versions } = await parts.vault.describe(arn);
  const found = [...versions].find(([, labels]) => labels.includes(PENDING) && !labels.includes(CURRENT));
  return found?.[0];
}

/** What failed in one thing keeps nobody from the next; a defect does. */
async function tolerate(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof CurfewError)) throw error;
  }
}

/** A person asks for a rotation; what hangs is carried on instead, by its own id. */
export async function rotateByHand(world: World, overwrite = false): Promise<void> {
  const hanging = hangingVersion(world);
  const version = hanging ?? world.newVersion();
  await world.run("curfew rotate", ROTATE_DUE, async (process, parts) => {
    await order(world, process, parts, { version, by: "person", ...(overwrite ? { overwrite } : {}) });
    if (hanging !== undefined) await finishForward(world.target, hanging, process.killedAt, parts);
  });
  if (hanging === undefined && hasBegun(world, version)) await serveRotation(world, version);
}

/** A person lets it go on. */
export async function resume(world: World): Promise<void> {
  await world.run("curfew rotate resume", ROTATE_DUE, (_, parts) => resumeRotation(parts.table, world.target));
}

/** Until the next morning. */
export async function nextMorning(world: World): Promise<void> {
  const { clock } = world;
  await clock.sleep(DAY - ((clock.now() - MORNING) % DAY));
}

const MORNING = Date.UTC(2026, 10, 23, 6);

/** What is remembered of the rotations of this world's credential. */
export const recordOf = (world: World): RotationRecord | undefined =>
  world.table.peek<RotationRecord>({
    partition: `TENANT#${world.target.tenant}`,
    sort: `ROTATION#${world.target.clientId}`,
  });
