import { expect } from "vitest";
import { runAftercare } from "../../../lib/rotation/aftercare/aftercare.ts";
import { orderRotation } from "../../../lib/rotation/ledger/ledger.ts";
import type { VersionId } from "../../../lib/rotation/ports.ts";
import { prepareKeys } from "../world/keys.ts";
import { type Alter, announcedWorld, stepsUpTo } from "../world/one-step.ts";
import { payloadOf } from "../world/payload.ts";
import type { World, WorldOptions } from "../world/world.ts";

export const DAY = 86_400_000;

export const KEYS = prepareKeys(6);
export const SECRET = { kind: "client-secret", propagation: "at once", keys: KEYS } as const;
export const KEY = { kind: "private-key", propagation: "at once", keys: KEYS } as const;

export const refusal = (detail: string): unknown =>
  expect.objectContaining({ code: "rotation-refused", detail, retryable: false });
export const unfinished: unknown = expect.objectContaining({ code: "rotation-unfinished", retryable: true });

/** Everything outside of the ledger, as text. */
export const outside = ({ vault, client }: World): string =>
  JSON.stringify([
    [...vault.secret.versions].map(([id, { value, labels }]) => [id, value, [...labels]]),
    client.live().map(({ secret, attached }) => [secret, attached]),
    client.registered.map(({ id }) => id),
  ]);

/** Orders a version, as the schedule or a person does. */
export const orderedBy = (
  world: World,
  version: string,
  by: "schedule" | "person",
  more: { overwrite?: true } = {},
): Promise<unknown> => orderRotation(world.table, world.target, { version, by, at: world.clock.now(), ...more });

/** A credential that was rotated the day before, and a second version that Secrets Manager has announced. */
export async function rotatedOnce(
  options: WorldOptions,
): Promise<{ world: World; first: VersionId; second: VersionId }> {
  const { world, version: first } = await announcedWorld(options);
  expect(await stepsUpTo(world, "finishSecret", first)).toBeUndefined();
  world.vault.complete(first);
  world.clock.pass(DAY);
  const second = world.newVersion();
  return { world, first, second };
}

/** Another value becomes the current one; gives its version. */
export function storeSlip(world: World, credential: string): VersionId {
  const version = world.newVersion();
  world.vault.putByHand(version, payloadOf(world.kind, "text in JSON", credential));
  return version;
}

/** Does what the promotions left to do. */
export const care = (world: World): Promise<unknown> =>
  world.clock.run(
    world.run("aftercare", 600_000, ({ killedAt }, parts) => runAftercare(world.target, killedAt, parts)),
  );

/** How many secrets Auth0 lets in somewhere when AWSPREVIOUS leaves the former one. */
export function countingLive(world: World, live: number[]): Alter {
  return (parts) => ({
    ...parts,
    vault: {
      ...parts.vault,
      promote: async (...move) => {
        live.push(world.client.live().length);
        await parts.vault.promote(...move);
      },
    },
  });
}
