import { describe, expect, it } from "vitest";
import { oldCredential } from "../../../lib/revocation/evidence/old-credential.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { rotateLeaked } from "../../../lib/revocation/rotate/rotate-leaked.ts";
import { CURRENT } from "../../../lib/rotation/ports.ts";
import { recordOf } from "../../rotation/world/curfew.ts";
import { loginOf, payloadOf } from "../../rotation/world/payload.ts";
import { KEYS, type LeakedWorld, leakedWorld } from "./leaked-world.ts";

/** Rotates, and gives what is recorded of it. */
async function rotated(world: LeakedWorld) {
  await world.step(rotateLeaked);
  return world.incident().steps.rotate;
}

/** Whether what is stored is of any use. */
const isCurrentAccepted = (world: LeakedWorld): boolean =>
  world.client.mayAccept(loginOf(world.kind, world.vault.read(CURRENT) ?? ""));

describe("a registered key that leaked", () => {
  const others = async (leakedKey?: string, earlierKeys: readonly string[] = []) => {
    const incident = leakedKey === undefined ? {} : { leakedKey, earlierKeys };
    const world = await leakedWorld({ kind: "private-key", incident });
    const key = KEYS.at(-1);
    const { id } = world.client.register(
      { ...(key as (typeof KEYS)[number]), kid: "other", name: "another one" },
      "hand",
    );
    world.client.attach([...(world.client.attached ?? []), id], "hand");
    return world;
  };

  it("goes with every other one where nobody knows which it was, also where both places are taken", async () => {
    const world = await others();
    expect(await rotated(world)).toMatchObject({
      outcome: "done",
      message: expect.stringMatching(/is not provable: The application had other keys that may have leaked/),
    });
    expect(world.client.registered).toHaveLength(1);
    expect(isCurrentAccepted(world)).toBe(true);
  });

  it.each(["attached", "detached"] as const)(
    "is replaced where it is the current one, still %s, beside another",
    async (state) => {
      const [current] = KEYS;
      const world = await others(current?.kid);
      if (state === "detached") world.client.attach(["cred_2"], "hand");
      const message: unknown = expect.stringContaining("The old one is proven dead.");
      expect(await rotated(world)).toMatchObject({ outcome: "done", message });
      expect(world.client.registered.map(({ kid }) => kid)).not.toContain(current?.kid);
      expect(isCurrentAccepted(world)).toBe(true);
    },
  );

  it.each(["attached", "detached"] as const)(
    "makes room for the new one where the vault holds none and both places are taken, still %s",
    async (state) => {
      const world = await leakedWorld({ kind: "private-key", isUnmanaged: true, incident: { leakedKey: "other" } });
      const first = KEYS.at(0) as (typeof KEYS)[number];
      const last = KEYS.at(-1) as (typeof KEYS)[number];
      if (world.client.registered.length === 0)
        world.client.register({ ...first, kid: "first", name: "first" }, "hand");
      const rest = world.client.registered.map(({ id }) => id);
      const { id } = world.client.register({ ...last, kid: "other", name: "another one" }, "hand");
      world.client.attach(state === "attached" ? [...rest, id] : rest, "hand");

      expect(await rotated(world)).toMatchObject({ outcome: "done" });
      expect(world.client.registered.map(({ kid }) => kid)).not.toContain("other");
      expect(world.client.registered).toHaveLength(2);
    },
  );

  it("goes with the one that was named before it", async () => {
    const [current] = KEYS;
    const world = await others("other", [current?.kid ?? ""]);
    const message: unknown = expect.stringMatching(/is not provable: A key that leaked is not attached any more/);
    expect(await rotated(world)).toMatchObject({ outcome: "done", message });
    expect(world.client.registered).toHaveLength(1);
    expect(isCurrentAccepted(world)).toBe(true);
  });

  it("goes alone, beside the one that was replaced, where it is known", async () => {
    const world = await others("other");
    expect(await rotated(world)).toMatchObject({
      outcome: "done",
      message: expect.stringMatching(/is not provable: A key that leaked is not attached any more/),
    });
    expect(world.client.registered.map(({ kid }) => kid)).not.toContain("other");
    expect(isCurrentAccepted(world)).toBe(true);
  });

  it("goes with every other one where the one that was named was never seen: it may be mistyped", async () => {
    const world = await others("otehr");
    for (let times = 0; times < 2; times++) {
      const message: unknown = expect.stringMatching(/was not among those that Curfew saw/);
      expect(await rotated(world)).toMatchObject({ outcome: "done", message });
      expect(world.client.attached).toEqual(recordOf(world)?.ownKeys);
    }
    expect((await oldCredential(world.incident(), world.table)).seen).toBe("not seen");
  });

  it("is not attached any more where it was seen at the first look", async () => {
    const world = await leakedWorld({ kind: "private-key", incident: { leakedKey: "gone" } });
    const keys = [{ id: "cred_0", kid: "gone", name: undefined }];
    await preserve(world.table, world.incident(), "keys", { attached: null, keys });
    const message: unknown = expect.stringMatching(/A key that leaked is not attached any more/);
    expect(await rotated(world)).toMatchObject({ outcome: "done", message });
  });

  it("leaves a key that somebody stores in its place, and attaches, while the new one is asked about", async () => {
    const world = await leakedWorld({ kind: "private-key", isUnmanaged: true, propagation: "at once" });
    const key = KEYS[7] as (typeof KEYS)[number];
    let slipped = false;
    world.answers = (tenant) => ({
      keys: async () => {
        if (recordOf(world)?.promoted && !slipped) {
          slipped = true;
          const [leaked = "", given = ""] = world.client.attached ?? [];
          world.client.attach([given], "hand");
          world.client.deleteKey(leaked);
          const { id } = world.client.register({ ...key, name: "by hand" }, "hand");
          world.client.attach([given, id], "hand");
          world.vault.putByHand(world.newVersion(), payloadOf("private-key", "text in JSON", key.jwk));
        }
        return tenant.keys();
      },
    });

    const missing = [expect.stringContaining("Somebody else stored another key")];
    expect(await rotated(world)).toMatchObject({ outcome: "incomplete", missing });
    expect(slipped).toBe(true);
    expect(world.client.registered.map(({ kid }) => kid)).toContain(key.kid);
  });
});
