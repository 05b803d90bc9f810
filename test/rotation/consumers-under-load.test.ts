import { describe, expect, it } from "vitest";
import { writeTarget } from "../../lib/rotation/ledger/ledger.ts";
import { SETTINGS, type Setting } from "../matrix/struck/rotation.ts";
import { documentedConsumer, keepAsking, type Load, rereadingConsumer } from "./world/consumer.ts";
import { recordOf, rotateDue } from "./world/curfew.ts";
import { prepareKeys } from "./world/keys.ts";
import { createWorld, type World } from "./world/world.ts";

const ROTATIONS = 100;

/** Milliseconds between two uses of the credential. A rotation of a key is seven times as long, through its overlap. */
const INTERVAL = { "client-secret": 250, "private-key": 1_000 } as const;

/** Seconds that both keys stay here: longer than a consumer keeps a value. */
const OVERLAP = 360;

/** Milliseconds before a rotation, after it, and beyond the end of an overlap that consumers go on asking. */
const MARGIN = 20_000;

const KEYS = prepareKeys(9);

/** Rotates again and again, and lets what is left over be taken away, while both consumers ask. */
async function rotateUnderLoad(world: World): Promise<{ documented: Load; rereading: Load; promotions: number }> {
  const { clock } = world;
  await writeTarget(world.table, world.target);
  const consumers = [documentedConsumer(world), rereadingConsumer(world)].map((one) =>
    keepAsking(world, one, INTERVAL[world.kind]),
  );
  const promoted = new Set<string>();
  for (let rotation = 0; rotation < ROTATIONS; rotation++) {
    await clock.sleep(MARGIN);
    await rotateDue(world, true);
    await clock.sleep(world.kind === "private-key" ? OVERLAP * 1_000 + MARGIN : MARGIN);
    await rotateDue(world, false);
    const version = recordOf(world)?.promoted?.version;
    if (version !== undefined && recordOf(world)?.aftercare.length === 0) promoted.add(version);
  }
  const [documented, rereading] = await Promise.all(consumers.map((stop) => stop()));
  if (!documented || !rereading) throw new Error("Nobody asked.");
  return { documented, rereading, promotions: promoted.size };
}

/** Milliseconds on a busy machine. */
const PATIENCE = 90_000;

describe("an application whose credential is rotated while it asks without pause", { timeout: PATIENCE }, () => {
  it.each(SETTINGS.filter(({ hasLeftover }) => !hasLeftover))(
    "has no failure when it follows the document: $kind, $propagation",
    async (setting: Setting) => {
      const world = createWorld({ ...setting, keys: KEYS, isShared: true, overlap: OVERLAP });
      const { documented, rereading, promotions } = await world.clock.run(rotateUnderLoad(world));

      console.info(
        `consumers under load, ${setting.kind}, ${setting.propagation}: ${promotions} rotations, ${documented.asked} uses; ` +
          `as documented ${documented.failed} failed, re-reading AWSCURRENT only ${rereading.failed}`,
      );
      expect(world.guard.violations).toEqual([]);
      expect(promotions).toBe(ROTATIONS);
      expect(documented.failed).toBe(0);
    },
  );
});
