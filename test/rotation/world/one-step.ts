import { changeRotation, writeTarget } from "../../../lib/rotation/ledger/ledger.ts";
import { ROTATION_STEPS, type RotationStep } from "../../../lib/rotation/ledger/rotation-record.ts";
import type { RotationParts } from "../../../lib/rotation/parts.ts";
import type { RotationTenant, VersionId } from "../../../lib/rotation/ports.ts";
import { rotationStep } from "../../../lib/rotation/rotation-step.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

/** What a test changes about the parts that a process works with. */
export type Alter = (parts: RotationParts) => RotationParts;

/** A world whose secret was adopted: known to belong to its client, and accepted. With it a version that Secrets Manager announced. */
export async function announcedWorld(options: WorldOptions): Promise<{ world: World; version: VersionId }> {
  const world = createWorld(options);
  await writeTarget(world.table, world.target);
  await changeRotation(world.table, world.target, (record) => ({ ...record, acceptedAt: world.clock.now() }));
  const version = world.newVersion();
  world.vault.announce(version);
  return { world, version };
}

/** Does one step in a process of its own; gives what it rejected with, `died` for a process that did, else undefined. */
export async function stepOf(
  world: World,
  step: RotationStep,
  version: VersionId,
  alter: Alter = (parts) => parts,
  timeout = 600_000,
): Promise<unknown> {
  const { arn } = world.target;
  const running = world.run(step, timeout, ({ killedAt }, parts) =>
    rotationStep({ step, arn, version, deadline: killedAt }, alter(parts)),
  );
  const ending = await world.clock.run(running);
  if (ending.ended === "failed") return ending.error;
  return ending.ended === "died" ? "died" : undefined;
}

/** Does steps one after the other, up to `last`; gives what the first failing one rejected with. */
export async function stepsUpTo(world: World, last: RotationStep, version: VersionId, alter?: Alter): Promise<unknown> {
  for (const step of ROTATION_STEPS.slice(0, ROTATION_STEPS.indexOf(last) + 1)) {
    const error = await stepOf(world, step, version, alter);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** The same parts with other answers from the tenant. */
export const withTenant =
  (answers: (tenant: RotationTenant) => Partial<RotationTenant>): Alter =>
  (parts) => ({
    ...parts,
    tenant: async (target) => {
      const tenant = await parts.tenant(target);
      return { ...tenant, ...answers(tenant) };
    },
  });
