import { runRowKey } from "../../../lib/findings/ledger/keys.ts";
import { runKey } from "../../../lib/findings/ledger/run-record.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { finishForward } from "../../../lib/rotation/finish-forward.ts";
import { orderRotation, resumeRotation } from "../../../lib/rotation/ledger/ledger.ts";
import type { RotationRecord, RotationStep } from "../../../lib/rotation/ledger/rotation-record.ts";
import { ROTATION_STEPS } from "../../../lib/rotation/ledger/rotation-record.ts";
import type { RotationParts } from "../../../lib/rotation/parts.ts";
import { CURRENT, PENDING, type RotationStart, type VersionId } from "../../../lib/rotation/ports.ts";
import { rotationStep } from "../../../lib/rotation/rotation-step.ts";
import { versionOf } from "../../../lib/rotation/schedule/order-of-run.ts";
import { rotateDue as dueRun } from "../../../lib/rotation/schedule/rotate-due.ts";
import type { RotateDueParts } from "../../../lib/rotation/schedule/run-work.ts";
import { hangingVersions } from "../../../lib/rotation/vault/pending-version.ts";
import { record } from "../../support/run-records.ts";
import type { Ending, Process } from "../../support/world/process.ts";
import type { World } from "./world.ts";

/** Timeouts of the functions, in milliseconds, as they are deployed. */
const ROTATE_SECRET = 10 * 60_000;
const ROTATE_DUE = 15 * 60_000;

/** How Secrets Manager tries again. It does not say how often or when; so soon, what comes late meets the next try. */
const ATTEMPTS = 3;
const PAUSE = 15_000;

const DAY = 86_400_000;

/** Secrets Manager calls the function for one step. */
function callStep(world: World, step: RotationStep, version: VersionId): Promise<Ending<boolean>> {
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

/** Secrets Manager is told, after it was written down who asks. */
const begin = (world: World, process: Process, version: VersionId): Promise<boolean> =>
  world.wire.call(process, {
    name: "service.rotateSecret",
    effect: () => world.vault.announce(version),
    failed: () => new CurfewError("vault-failed", "Secrets Manager failed.", { retryable: true }),
  });

/** The version that a rotation left behind: what blocks every other one. */
export function hangingVersion(world: World): VersionId | undefined {
  const pending = world.vault.labelled(PENDING);
  return pending === world.vault.labelled(CURRENT) ? undefined : pending;
}

/**
 * What the audit's run does about the one credential of this world: finishes what is unfinished, and rotates where
 * that is still wanted. It is tried again once where it dies, as the state machine does.
 *
 * @param isDue whether a rotation is to be begun where nothing is unfinished
 */
export async function rotateDue(world: World, isDue: boolean): Promise<void> {
  const { clock, target } = world;
  const run = { id: `run-${runs++}`, startedAt: new Date(clock.now()).toISOString() };
  await world.table.put(runRowKey(target.tenant, runKey(run)), record(target.tenant, { run }));
  const seen = { partition: `TENANT#${target.tenant}`, sort: `CREDENTIAL#${target.clientId}` };
  const old = { clientId: target.clientId, seen: { first: 0 }, vaultVersion: { at: 0, run: "" } };
  await world.table.put(seen, old, { ifVersion: 0 });
  // Due from its age at this moment on: what this run brings to its end is not.
  const { rotatedAt = 0 } = world.table.peek<{ rotatedAt?: number }>(seen) ?? {};
  const maxAge = isDue ? (clock.now() - rotatedAt - 1) / 1000 : A_CENTURY;
  const version = versionOf(run, target.tenant, target.clientId);
  const served: Promise<unknown>[] = [];
  const isOver = await runOnce();
  if (!isOver) await runOnce();
  world.guard.look("a morning", "rotate-due");
  await Promise.all(served);

  async function runOnce(): Promise<boolean> {
    const { ended } = await world.run("rotate-due", ROTATE_DUE, (process, parts) =>
      dueRun({ run, tenants: [target.tenant] }, partsOf(process, parts)),
    );
    return ended === "done";
  }

  function partsOf(process: Process, parts: RotationParts): RotateDueParts {
    const begin = () => {
      const known = world.vault.labelled(PENDING) === version;
      const begun = world.vault.announce(version);
      if (begun && !known) served.push(serveRotation(world, version));
      return begun;
    };
    return {
      rotation: parts,
      service: {
        startRotation: async (): Promise<RotationStart> => {
          const begun = await world.wire.call(process, {
            name: "service.rotateSecret",
            effect: begin,
            failed: () => new CurfewError("vault-failed", "Secrets Manager failed.", { retryable: true }),
          });
          return begun ? { outcome: "started" } : { outcome: "in-progress", version: hangingVersion(world) ?? "" };
        },
      },
      credentials: [{ ...world.settings, secret: world.vault.secret.name, maxAge, hasRotator: true }],
      limits: { maxPerRun: 5, maxPercentPerRun: 10 },
      timezone: "UTC",
      deadline: process.killedAt - 10_000,
      onFailure: () => undefined,
    };
  }
}

let runs = 0;
const A_CENTURY = 100 * 365 * 86_400;

/** What began although its caller never heard of it goes on all the same. */
const hasBegun = (world: World, version: VersionId): boolean => hangingVersion(world) === version;

/** A person asks for a rotation; what hangs is carried on instead, by its own id. */
export async function rotateByHand(world: World, overwrite = false): Promise<void> {
  const [hanging] = hangingVersions(recordOf(world), world.vault.describe(world.target.arn));
  const version = hanging ?? world.newVersion();
  await world.run("curfew rotate", ROTATE_DUE, async (process, parts) => {
    const at = process.clock.now();
    await orderRotation(parts.table, world.target, { version, by: "person", at, ...(overwrite ? { overwrite } : {}) });
    if (hanging === undefined) await begin(world, process, version);
    else await finishForward(world.target, hanging, process.killedAt, parts);
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
