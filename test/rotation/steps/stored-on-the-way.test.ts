import { describe, expect, it } from "vitest";
import { runAftercare } from "../../../lib/rotation/aftercare/aftercare.ts";
import { orderRotation } from "../../../lib/rotation/ledger/ledger.ts";
import { CURRENT, PENDING, PREVIOUS, type VersionId } from "../../../lib/rotation/ports.ts";
import { recordOf } from "../world/curfew.ts";
import { type Alter, announcedWorld, stepOf, stepsUpTo } from "../world/one-step.ts";
import { setSecretByHand } from "../world/people.ts";
import type { World, WorldOptions } from "../world/world.ts";
import { KEY, orderedBy, SECRET, unfinished } from "./a-step.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A credential that was rotated the day before, and a second version that Secrets Manager has announced. */
async function rotatedOnce(options: WorldOptions): Promise<{ world: World; first: VersionId; second: VersionId }> {
  const { world, version: first } = await announcedWorld(options);
  expect(await stepsUpTo(world, "finishSecret", first)).toBeUndefined();
  world.vault.complete(first);
  world.clock.pass(DAY);
  const second = world.newVersion();
  return { world, first, second };
}

const storeFormerAgain = ({ vault, newVersion }: World): void =>
  vault.putByHand(newVersion(), vault.read(PREVIOUS) ?? "");

/** How many secrets Auth0 lets in somewhere when AWSPREVIOUS leaves the former one. */
function countingLive(world: World, live: number[]): Alter {
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

describe.each(["both", "flapping", "old until the end"] as const)(
  "a secret whose change spreads (%s)",
  (propagation) => {
    const options = { ...SECRET, propagation };

    it.each<[string, (world: World, second: VersionId) => Promise<unknown>]>([
      [
        "another value is stored before the promotion",
        async (world, second) => {
          world.vault.announce(second);
          expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();
          storeFormerAgain(world);
        },
      ],
      [
        "AWSCURRENT was moved back, and the order overwrites",
        async (world, second) => {
          world.guard.excuse();
          const [current = "", former = ""] = [CURRENT, PREVIOUS].map((label) => world.vault.labelled(label));
          world.vault.promote(world.target.arn, former, current);
          world.vault.announce(second);
          await orderedBy(world, second, "person", { overwrite: true });
          expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();
        },
      ],
      [
        "a person set another one just before, and stored it",
        async (world, second) => {
          setSecretByHand(world, "hand", true);
          world.vault.announce(second);
          expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();
        },
      ],
    ])("keeps its last label until it is dead where %s", async (_, happen) => {
      const { world, second } = await rotatedOnce(options);
      const live: number[] = [];
      await happen(world, second);

      expect(await stepOf(world, "finishSecret", second, countingLive(world, live))).toBeUndefined();

      expect(live).toEqual([1]);
      expect(world.vault.labelled(CURRENT)).toBe(second);
      expect(world.guard.violations).toEqual([]);
    });

    it("is the one that is proven dead, not what was stored meanwhile", async () => {
      const { world, first, second } = await rotatedOnce(options);
      world.vault.announce(second);
      expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();
      storeFormerAgain(world);

      expect(await stepOf(world, "finishSecret", second)).toBeUndefined();

      expect(recordOf(world)?.lastProof).toMatchObject({ current: second, old: first });
    });

    it("holds nothing up in a rotation that nobody meddles with", async () => {
      const { world, second } = await rotatedOnce(options);
      world.vault.announce(second);
      expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();
      const before = world.clock.now();

      expect(await stepOf(world, "finishSecret", second)).toBeUndefined();

      expect((recordOf(world)?.promoted?.at ?? 0) - before).toBeLessThan(45_000);
    });
  },
);

it("keeps the label of the first secret of all until that is dead, where another is stored before the promotion", async () => {
  const { world, version } = await announcedWorld({ ...SECRET, propagation: "both" });
  const live: number[] = [];
  expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
  world.vault.putByHand(world.newVersion(), "a slip of the hand");

  expect(await stepOf(world, "finishSecret", version, countingLive(world, live))).toBeUndefined();

  expect(live).toEqual([1]);
  expect(world.guard.violations).toEqual([]);
});

describe("a key that Auth0 accepts, where another value is stored before the promotion of the next", () => {
  async function storedMeanwhile(): Promise<{ world: World; first: VersionId; second: VersionId; key: string }> {
    const { world, first, second } = await rotatedOnce(KEY);
    await world.clock.run(
      world.run("aftercare", 600_000, ({ killedAt }, parts) => runAftercare(world.target, killedAt, parts)),
    );
    const [key = ""] = world.client.attached ?? [];
    world.vault.announce(second);
    expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();
    storeFormerAgain(world);
    return { world, first, second, key };
  }

  it("keeps AWSPREVIOUS, and a person hears what to do", async () => {
    const { world, first, second } = await storedMeanwhile();

    const error = await stepOf(world, "finishSecret", second);

    expect(error).toEqual(unfinished);
    expect(error).toMatchObject({ message: expect.stringMatching(/AWSCURRENT again, or detach its key/) });
    expect([PENDING, PREVIOUS].map((label) => world.vault.labelled(label))).toEqual([second, first]);
  });

  it("is replaced, and goes after its overlap, once it is current again", async () => {
    const { world, first, second, key } = await storedMeanwhile();
    world.vault.promote(world.target.arn, first, world.vault.labelled(CURRENT) ?? "");

    expect(await stepOf(world, "finishSecret", second)).toBeUndefined();

    expect(world.vault.labelled(CURRENT)).toBe(second);
    expect(recordOf(world)?.aftercare).toEqual([expect.objectContaining({ current: second, old: first })]);
    expect(recordOf(world)?.aftercare[0]?.oldKey?.id).toBe(key);
    expect(world.guard.violations).toEqual([]);
  });

  it("does not keep an emergency back, in which it may be the one that leaked", async () => {
    const { world, second } = await storedMeanwhile();
    const order = { version: second, by: "incident", at: world.clock.now(), overwrite: true } as const;
    await world.clock.run(orderRotation(world.table, world.target, order));

    expect(await stepOf(world, "finishSecret", second)).toBeUndefined();

    expect(world.vault.labelled(CURRENT)).toBe(second);
  });

  it("keeps its label, too, where what was stored is no key", async () => {
    const { world, first, second } = await storedMeanwhile();
    world.vault.promote(world.target.arn, first, world.vault.labelled(CURRENT) ?? "");
    world.vault.putByHand(world.newVersion(), '{"kty":"EC"}');

    expect(await stepOf(world, "finishSecret", second)).toEqual(unfinished);
    expect(world.vault.labelled(PREVIOUS)).toBe(first);
  });

  it("keeps nothing back once it is detached", async () => {
    const { world, second, key } = await storedMeanwhile();
    world.client.attach(
      (world.client.attached ?? []).filter((id) => id !== key),
      "hand",
    );
    world.clock.pass(60_000);

    expect(await stepOf(world, "finishSecret", second)).toBeUndefined();

    expect(world.vault.labelled(CURRENT)).toBe(second);
  });
});
