import { describe, expect, it } from "vitest";
import type { Login } from "../../../lib/auth0/login.ts";
import { CURRENT } from "../../../lib/rotation/ports.ts";
import { KEY, KEYS, outside, refusal, unfinished } from "../steps/a-step.ts";
import { recordOf } from "../world/curfew.ts";
import { type Alter, announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { leaveKeyByHand } from "../world/people.ts";

describe("a rotation of a private key", () => {
  it("refuses a client that authenticates in another way, and never switches it", async () => {
    const { world, version } = await announcedWorld(KEY);
    Object.assign(world.client.settings, { attachedKeys: undefined });
    expect(await stepOf(world, "createSecret", version)).toEqual(refusal("kind-mismatch"));
  });

  it("attaches the new key beside the old one, which stays for its overlap", async () => {
    const { world, version } = await announcedWorld(KEY);
    const [old] = world.client.attached ?? [];

    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();

    expect(world.client.attached).toHaveLength(2);
    const [care] = recordOf(world)?.aftercare ?? [];
    expect(care).toMatchObject({ current: version, oldKey: { id: old } });
    expect((care?.from ?? 0) - (care?.promotedAt ?? 0)).toBe(86_400_000);
  });

  it("promotes the new key only when it was attached for 45 s: consumers take it at once, from any server", async () => {
    const { world, version } = await announcedWorld({ ...KEY, propagation: "flapping" });
    let attachedAt = Number.POSITIVE_INFINITY;
    const watched = withTenant((tenant) => ({
      attachKeys: async (ids) => {
        await tenant.attachKeys(ids);
        attachedAt = world.clock.now();
      },
    }));

    expect(await stepsUpTo(world, "finishSecret", version, watched)).toBeUndefined();
    expect(recordOf(world)?.promoted?.at).toBeGreaterThanOrEqual(attachedAt + 45_000);
  });

  it("believes that the new key is accepted only where a random one is refused", async () => {
    const { world, version } = await announcedWorld(KEY);
    await stepsUpTo(world, "setSecret", version);
    const lenient = withTenant(() => ({
      obtainToken: async () => ({ answer: "accepted" }),
      probe: async () => ({ answer: "refused" }),
    }));

    expect(await stepOf(world, "testSecret", version, lenient)).toEqual(unfinished);
  });

  it("does not promote while Auth0 does not say which key is the old one", async () => {
    const { world, version } = await announcedWorld({ ...KEY, form: "plain" });
    const initial = [...world.vault.secret.versions.values()][0];
    const { kid: _, ...unnamed } = JSON.parse(initial?.value ?? "{}") as Record<string, unknown>;
    if (initial) initial.value = JSON.stringify(unnamed);
    let isSilent = false;
    const oldKey = withTenant((tenant) => ({
      probe: async (login, endpoint) => {
        const isOld = login.method === "private-key" && !login.privateKeyJwk.reveal().includes('"kid"');
        if (!isOld) return tenant.probe(login, endpoint);
        return isSilent ? { answer: "unknown", detail: "no answer" } : { answer: "accepted" };
      },
    }));
    expect(await stepsUpTo(world, "testSecret", version, oldKey)).toBeUndefined();

    isSilent = true;
    expect(await stepOf(world, "finishSecret", version, oldKey)).toEqual(unfinished);
    expect(world.vault.labelled(CURRENT)).not.toBe(version);
    isSilent = false;
    expect(await stepOf(world, "finishSecret", version, oldKey)).toBeUndefined();
    expect(recordOf(world)?.aftercare[0]).toHaveProperty("oldKey");
  });

  it("takes no attached key for the old one that does not verify it", async () => {
    const { world, version } = await announcedWorld({ ...KEY, form: "plain" });
    const initial = [...world.vault.secret.versions.values()][0];
    const { kid: _, ...unnamed } = JSON.parse(initial?.value ?? "{}") as Record<string, unknown>;
    if (initial) initial.value = JSON.stringify(unnamed);
    const isOld = (login: Login): boolean =>
      login.method === "private-key" && !login.privateKeyJwk.reveal().includes('"kid"');
    const answering = (answer: "accepted" | "refused") =>
      withTenant((tenant) => ({
        probe: async (login, endpoint) => (isOld(login) ? { answer } : tenant.probe(login, endpoint)),
      }));
    expect(await stepsUpTo(world, "testSecret", version, answering("accepted"))).toBeUndefined();

    const refused: Alter = (parts) => ({ ...answering("refused")(parts), keepsProof: false });
    expect(await stepOf(world, "finishSecret", version, refused)).toBeUndefined();
    const [care] = recordOf(world)?.aftercare ?? [];
    expect(care?.current).toBe(version);
    expect(care).not.toHaveProperty("oldKey");
  });

  it("frees a place that an unreferenced leftover takes", async () => {
    const { world, version } = await announcedWorld(KEY);
    const leftover = KEYS[5];
    if (leftover) leaveKeyByHand(world, leftover);

    expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
    expect(world.client.registered.some(({ kid }) => kid === leftover?.kid)).toBe(false);
  });

  it("is not begun where the token endpoint answers neither way for the current key", async () => {
    const { world, version } = await announcedWorld(KEY);
    const before = outside(world);
    const denying = withTenant(() => ({ obtainToken: async () => ({ answer: "unknown", detail: "status 403" }) }));

    const error = await stepOf(world, "createSecret", version, denying);

    expect(error).toEqual(unfinished);
    expect(String(error)).toContain("(status 403)");
    expect(outside(world)).toBe(before);
  });

  it("can be brought forward and back by a person where the token endpoint stopped answering", async () => {
    const denying = withTenant(() => ({ obtainToken: async () => ({ answer: "unknown", detail: "status 403" }) }));
    const stuck = async () => {
      const { world, version } = await announcedWorld(KEY);
      await stepsUpTo(world, "setSecret", version);
      expect(await stepOf(world, "testSecret", version, denying)).toEqual(unfinished);
      return { world, version };
    };
    const there = await stuck();
    there.world.vault.promote(there.world.target.arn, there.version, there.world.vault.labelled(CURRENT) ?? "");
    expect(await stepOf(there.world, "finishSecret", there.version, denying)).toBeUndefined();
    expect(recordOf(there.world)).toMatchObject({ promoted: { version: there.version }, aftercare: [{}] });

    const back = await stuck();
    const [old = "", made = ""] = back.world.client.attached ?? [];
    back.world.client.attach([old], "hand");
    back.world.client.deleteKey(made);
    back.world.guard.excuse();
    back.world.vault.takePendingAway();
    expect(await stepOf(back.world, "createSecret", back.version, denying)).toBeUndefined();
    expect(recordOf(back.world)).not.toHaveProperty("underWay");
    expect([...back.world.guard.violations, ...there.world.guard.violations]).toEqual([]);
  });

  it("stops with no-place before anything is stored when both keys are referred to", async () => {
    const { world, version } = await announcedWorld(KEY);
    const taken = KEYS[5];
    if (taken) leaveKeyByHand(world, taken);
    Object.assign(world.client.settings, { referencedKeys: world.client.registered.map(({ id }) => id) });
    const before = outside(world);

    expect(await stepOf(world, "createSecret", version)).toEqual(refusal("no-place"));
    expect(outside(world)).toBe(before);
  });

  it("does not register a key twice whose registration was not answered", async () => {
    const { world, version } = await announcedWorld(KEY);
    await stepOf(world, "createSecret", version);
    const deaf = withTenant((tenant) => ({
      registerKey: async (key) => {
        await tenant.registerKey(key);
        throw new Error("defect");
      },
    }));
    expect(await stepOf(world, "setSecret", version, deaf)).toEqual(new Error("defect"));

    expect(await stepOf(world, "setSecret", version)).toBeUndefined();
    expect(world.client.registered).toHaveLength(2);
    expect(world.guard.violations).toEqual([]);
  });

  it("deletes a twin of the new key that a lost answer left behind", async () => {
    const { world, version } = await announcedWorld(KEY);
    await stepsUpTo(world, "setSecret", version);
    const deleted: string[] = [];
    const twin = withTenant((tenant) => ({
      keys: async () => {
        const keys = await tenant.keys();
        return [...keys, { id: "cred_twin", kid: keys.at(-1)?.kid, name: undefined }];
      },
      deleteKey: async (id) => void deleted.push(id),
    }));

    expect(await stepOf(world, "setSecret", version, twin)).toBeUndefined();
    expect(deleted).toEqual(["cred_twin"]);
    expect(world.client.attached).toHaveLength(2);
  });

  it("finds the old key although its stored form names another kid, where it must be the other one", async () => {
    const { world, version } = await announcedWorld({ ...KEY, form: "plain" });
    const [first] = world.client.registered;
    const initial = [...world.vault.secret.versions.values()][0];
    const { kid: _, ...unnamed } = JSON.parse(initial?.value ?? "{}") as Record<string, unknown>;
    if (initial) initial.value = JSON.stringify(unnamed);
    const accepting = withTenant((tenant) => ({
      probe: async (login, endpoint) => {
        const isOld = login.method === "private-key" && !login.privateKeyJwk.reveal().includes('"kid"');
        return isOld ? { answer: "accepted" as const } : tenant.probe(login, endpoint);
      },
    }));

    expect(await stepsUpTo(world, "finishSecret", version, accepting)).toBeUndefined();
    expect(recordOf(world)?.aftercare[0]?.oldKey).toEqual({ id: first?.id, kid: first?.kid });
  });
});
