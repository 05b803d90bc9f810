import { describe, expect, it } from "vitest";
import { orderRotation } from "../../../lib/rotation/ledger/ledger.ts";
import { CURRENT, PENDING, PREVIOUS, type VersionId } from "../../../lib/rotation/ports.ts";
import { recordOf } from "../world/curfew.ts";
import type { PreparedKey } from "../world/keys.ts";
import { type Alter, announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { credentialOf } from "../world/payload.ts";
import { moveBackByHand, setSecretByHand } from "../world/people.ts";
import type { World } from "../world/world.ts";
import { care, countingLive, DAY, KEY, KEYS, orderedBy, rotatedOnce, SECRET, storeSlip, unfinished } from "./a-step.ts";

const storeFormerAgain = ({ vault, newVersion }: World): void =>
  vault.putByHand(newVersion(), vault.read(PREVIOUS) ?? "");

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
      [
        "a person set and stored another one, and went back to Curfew's in both places a moment ago",
        async (world, second) => {
          setSecretByHand(world, "hand", true);
          moveBackByHand(world);
          setSecretByHand(world, credentialOf(world.vault.read(CURRENT) ?? ""), false);
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

describe("the first secret of all, where another is stored before the promotion", () => {
  it.each([
    ["the schedule", {}],
    ["a person who overwrites", { by: "person", overwrite: true }],
    ["an incident", { by: "incident", overwrite: true }],
  ] as const)("keeps its label until it is dead, and is what is proven: %s", async (_, asked) => {
    const { world, version } = await announcedWorld({ ...SECRET, propagation: "both" });
    const first = world.vault.labelled(CURRENT);
    const order = { version, by: "schedule", at: world.clock.now(), ...asked } as const;
    await world.clock.run(orderRotation(world.table, world.target, order));
    const live: number[] = [];
    expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
    const slip = storeSlip(world, "a slip of the hand");

    expect(await stepOf(world, "finishSecret", version, countingLive(world, live))).toBeUndefined();

    expect(live).toEqual([1]);
    expect(recordOf(world)?.lastProof).toMatchObject({ old: first, oldToo: slip, wasAccepted: true });
    expect(world.guard.violations).toEqual([]);
  });

  it("is what is proven also where the one who promoted died over it, and where it was told in a second try", async () => {
    const { world, version } = await announcedWorld(SECRET);
    const first = world.vault.labelled(CURRENT) ?? "";
    expect(await stepsUpTo(world, "setSecret", version)).toBeUndefined();
    const slip = storeSlip(world, "a slip of the hand");
    expect(await stepOf(world, "setSecret", version)).toBeUndefined();
    world.vault.promote(world.target.arn, version, slip);

    expect(await stepOf(world, "finishSecret", version)).toBeUndefined();

    expect(recordOf(world)?.lastProof).toMatchObject({ old: first, oldToo: slip, current: version });
  });

  it("is not called dead while what was stored meanwhile is accepted", async () => {
    const { world, version } = await announcedWorld(SECRET);
    expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
    storeSlip(world, "hand");
    const stop: Alter = (parts) => ({ ...parts, keepsProof: false });
    expect(await stepOf(world, "finishSecret", version, stop)).toBeUndefined();
    world.client.setSecret("hand", "hand");

    await care(world);

    expect(recordOf(world)?.lastProof).toBeUndefined();
    expect(recordOf(world)?.aftercare[0]?.answers.at(-1)).toMatchObject({ old: "accepted" });
  });
});

it("keeps the label of a secret that a person went back to in both places, until it is dead", async () => {
  const { world, first, second } = await rotatedOnce({ ...SECRET, propagation: "both" });
  world.vault.announce(second);
  expect(await stepsUpTo(world, "finishSecret", second)).toBeUndefined();
  world.vault.complete(second);
  world.clock.pass(DAY);
  world.vault.promote(world.target.arn, first, second);
  world.client.setSecret(credentialOf(world.vault.read(CURRENT) ?? ""), "hand");
  world.clock.pass(DAY);
  const third = world.newVersion();
  world.vault.announce(third);
  expect(await stepsUpTo(world, "testSecret", third)).toBeUndefined();
  storeSlip(world, "a slip of the hand");
  const live: number[] = [];

  expect(await stepOf(world, "finishSecret", third, countingLive(world, live))).toBeUndefined();

  expect(live).toEqual([1]);
  expect(recordOf(world)?.lastProof).toMatchObject({ old: first, current: third });
  expect(world.guard.violations).toEqual([]);
});

describe("a secret that a person sets and stores while Auth0 is asked whether the next one may be promoted", () => {
  it.each<[string, (world: World) => void]>([
    ["moves AWSCURRENT back", (world) => void moveBackByHand(world)],
    ["leaves it so", () => undefined],
  ])("keeps its label where the person %s", async (_, then) => {
    const { world, first, second } = await rotatedOnce({ ...SECRET, propagation: "both" });
    world.vault.announce(second);
    expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();
    const meanwhile = withTenant(({ calibrate }) => ({
      calibrate: async (login) => {
        setSecretByHand(world, "hand", true);
        then(world);
        return calibrate(login);
      },
    }));

    expect(await stepOf(world, "finishSecret", second, meanwhile)).toEqual(unfinished);

    const bearing = [CURRENT, PREVIOUS].map((label) => credentialOf(world.vault.read(label) ?? ""));
    expect(bearing).toContain("hand");
    expect(bearing).toContain(credentialOf(world.vault.secret.versions.get(first)?.value ?? ""));
    expect(recordOf(world)?.promoted?.version).toBe(first);
    expect(world.guard.violations).toEqual([]);
  });

  it("holds the promotion up until it is dead, and no longer", async () => {
    const { world, second } = await rotatedOnce({ ...SECRET, propagation: "both" });
    world.vault.announce(second);
    expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();
    const live: number[] = [];
    const meanwhile = withTenant(({ calibrate }) => ({
      calibrate: async (login) => {
        setSecretByHand(world, "hand", true);
        moveBackByHand(world);
        setSecretByHand(world, credentialOf(world.vault.read(PENDING) ?? ""), false);
        return calibrate(login);
      },
    }));
    expect(await stepOf(world, "finishSecret", second, meanwhile)).toEqual(unfinished);

    expect(await stepOf(world, "finishSecret", second, countingLive(world, live))).toBeUndefined();

    expect(live).toEqual([1]);
    expect(world.vault.labelled(CURRENT)).toBe(second);
    expect(world.guard.violations).toEqual([]);
  });
});

describe("what loses AWSPREVIOUS", () => {
  it.each(["bears another label", "is the new one itself"])("is not waited for where it %s", async (what) => {
    const { world, version } = await announcedWorld(SECRET);
    expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
    const first = world.vault.labelled(CURRENT) ?? "";
    storeSlip(world, "a slip of the hand");
    const labelsOf = (one: VersionId) => world.vault.secret.versions.get(one)?.labels;
    if (what === "bears another label") labelsOf(first)?.add("AUDIT");
    else {
      labelsOf(first)?.delete(PREVIOUS);
      labelsOf(version)?.delete(PENDING);
      labelsOf(version)?.add(PREVIOUS);
    }
    const before = world.clock.now();

    expect(await stepOf(world, "finishSecret", version)).toBeUndefined();

    expect((recordOf(world)?.promoted?.at ?? 0) - before).toBeLessThan(45_000);
  });

  it("is promoted over by nobody who has no time to wait", async () => {
    const { world, version } = await announcedWorld(SECRET);
    expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
    const slip = storeSlip(world, "a slip of the hand");

    expect(await stepOf(world, "finishSecret", version, undefined, 50_000)).toEqual(unfinished);

    expect(world.vault.labelled(CURRENT)).toBe(slip);
  });
});

describe("a key that Auth0 accepts, where another value is stored before the promotion of the next", () => {
  async function storedMeanwhile(): Promise<{ world: World; first: VersionId; second: VersionId; key: string }> {
    const { world, first, second } = await rotatedOnce(KEY);
    await care(world);
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
    expect(error).toMatchObject({
      message: expect.stringContaining(`while Auth0 accepts the key of the version ${first}`),
    });
    expect(error).toMatchObject({
      message: expect.stringMatching(/delete it at Auth0; .* move AWSCURRENT to its version/),
    });
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

  it.each([
    ["nobody knows which one leaked", () => ({}), true],
    ["it leaked", (key: string) => ({ leakedKeys: [key] }), true],
    ["another one leaked", () => ({ leakedKeys: ["another"] }), false],
    ["the order is for another version", () => ({ version: "another" }), false],
  ] as const)("keeps an emergency back only where it is not the one that leaked: %s", async (_, leaked, isPromoted) => {
    const { world, first, second, key } = await storedMeanwhile();
    const order = { version: second, by: "incident", at: world.clock.now(), overwrite: true, ...leaked(key) } as const;
    await world.clock.run(orderRotation(world.table, world.target, order));

    expect(await stepOf(world, "finishSecret", second)).toEqual(isPromoted ? undefined : unfinished);

    expect(world.vault.labelled(CURRENT) === second).toBe(isPromoted);
    expect(world.vault.labelled(PREVIOUS) === first).toBe(!isPromoted);
  });

  it("keeps its label also where a person had attached and stored it in place of Curfew's", async () => {
    const { world, second } = await rotatedOnce(KEY);
    await care(world);
    const [own, slip] = KEYS.slice(4) as [PreparedKey, PreparedKey];
    const [curfews = ""] = world.client.attached ?? [];
    const { id } = world.client.register({ ...own, name: "hand" }, "hand");
    world.client.attach([id], "hand");
    world.client.deleteKey(curfews);
    const persons = storeSlip(world, own.jwk);
    world.clock.pass(DAY);
    world.vault.announce(second);
    expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();
    storeSlip(world, slip.jwk);

    expect(await stepOf(world, "finishSecret", second)).toEqual(unfinished);

    expect(world.vault.labelled(PREVIOUS)).toBe(persons);
  });

  it("goes after its overlap, and is what is proven, where a second slip took its label", async () => {
    const { world, first, second } = await storedMeanwhile();
    storeSlip(world, KEYS[5]?.jwk ?? "");

    expect(await stepOf(world, "finishSecret", second)).toBeUndefined();
    world.clock.pass(2 * DAY);
    await care(world);

    expect(world.client.registered).toHaveLength(1);
    expect(recordOf(world)?.lastProof).toMatchObject({ old: first, current: second });
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
