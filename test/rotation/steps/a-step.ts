import { expect } from "vitest";
import { orderRotation } from "../../../lib/rotation/ledger/ledger.ts";
import { prepareKeys } from "../world/keys.ts";
import type { World } from "../world/world.ts";

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
