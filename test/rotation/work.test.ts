import { describe, expect, it } from "vitest";
import { Secret } from "../../lib/model/secret.ts";
import type { RotationParts } from "../../lib/rotation/parts.ts";
import { atWork } from "../../lib/rotation/work.ts";
import { prepareKeys } from "./world/keys.ts";
import { createWorld } from "./world/world.ts";

describe("work on a credential", () => {
  it("lets no change be under way after its lease, whatever the process that does it may live", async () => {
    const world = createWorld({ kind: "client-secret", propagation: "at once", keys: await prepareKeys(1) });
    const told: Record<string, unknown> = {};
    const hears =
      (name: string) =>
      async (...given: unknown[]): Promise<void> =>
        void Object.assign(told, { [name]: given.at(-1) });
    const overheard = (parts: RotationParts): RotationParts => ({
      ...parts,
      vault: {
        ...parts.vault,
        storePending: hears("storePending"),
        promote: hears("promote"),
        dropPending: hears("dropPending"),
        dropPrevious: hears("dropPrevious"),
      },
      tenant: async (target, deadline) => {
        told.tenant = deadline;
        return parts.tenant(target, deadline);
      },
    });
    const deadline = world.clock.now() + 60_000;
    const request = { target: world.target, version: "v1", deadline };

    await world.clock.run(
      world.run("work", 900_000, (_, parts) =>
        atWork(request, overheard(parts), async ({ parts: { vault }, tenant, target: { arn } }) => {
          await vault.storePending(arn, "v1", new Secret("value"));
          await vault.promote(arn, "v1", "v0");
          await vault.dropPending(arn, "v1");
          await vault.dropPrevious(arn, "v1");
          await tenant();
        }),
      ),
    );

    const vault = { storePending: deadline, promote: deadline, dropPending: deadline, dropPrevious: deadline };
    expect(told).toEqual({ ...vault, tenant: deadline });
  });
});
