import { describe, expect, it } from "vitest";
import { changeRotation, orderRotation, resumeRotation } from "../../../lib/rotation/ledger/ledger.ts";
import { CREDENTIAL_KINDS, type CredentialKind } from "../../../lib/rotation/ledger/target.ts";
import { CURRENT, PENDING } from "../../../lib/rotation/ports.ts";
import { WINDOW } from "../world/auth0.ts";
import { recordOf } from "../world/curfew.ts";
import { type PreparedKey, prepareKeys } from "../world/keys.ts";
import { announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { CLIENT_ID, credentialOf, DOMAIN, FORMS, loginOf, payloadOf } from "../world/payload.ts";
import { attachAllByHand, leaveKeyByHand, setSecretByHand } from "../world/people.ts";
import type { World } from "../world/world.ts";

const KEYS = prepareKeys(6);
const SECRET = { kind: "client-secret", propagation: "at once", keys: KEYS } as const;
const KEY = { kind: "private-key", propagation: "at once", keys: KEYS } as const;
const OPTIONS = { "client-secret": SECRET, "private-key": KEY };

const refusal = (detail: string) => expect.objectContaining({ code: "rotation-refused", detail, retryable: false });
const unfinished = expect.objectContaining({ code: "rotation-unfinished", retryable: true });

/** Everything outside of the ledger, as text. */
const outside = ({ vault, client }: World): string =>
  JSON.stringify([
    [...vault.secret.versions].map(([id, { value, labels }]) => [id, value, [...labels]]),
    client.live().map(({ secret, attached }) => [secret, attached]),
    client.registered.map(({ id }) => id),
  ]);

const orderedBy = (world: World, version: string, by: "schedule" | "person", more: { overwrite?: true } = {}) =>
  orderRotation(world.table, world.target, { version, by, at: world.clock.now(), ...more });

describe.each(CREDENTIAL_KINDS)("a rotation (%s)", (kind) => {
  it.each(FORMS)("stores, sets, tests, promotes and proves; the form stays (%s)", async (form) => {
    const { world, version } = await announcedWorld({ ...OPTIONS[kind], form, propagation: "flapping" });
    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();

    world.clock.pass(WINDOW);
    const after = world.vault.read(CURRENT) ?? "";
    expect(world.vault.labelled(CURRENT)).toBe(version);
    expect(world.client.accepts(loginOf(kind, after))).toBe(true);
    expect(after).toBe(payloadOf(kind, form, credentialOf(after)));
    expect(recordOf(world)).toMatchObject({ failures: 0, promoted: { version } });
    expect(recordOf(world)).not.toHaveProperty("underWay");
    expect(world.guard.violations).toEqual([]);
  });

  it("stores the new credential before the tenant hears of it, and promotes nothing that is not accepted", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    const before = outside(world);

    expect(await stepOf(world, "setSecret", version)).toEqual(unfinished);
    expect(await stepOf(world, "testSecret", version)).toEqual(unfinished);
    expect(await stepOf(world, "finishSecret", version)).toEqual(unfinished);
    expect(outside(world)).toBe(before);

    expect(await stepOf(world, "createSecret", version)).toBeUndefined();
    expect(world.client.live()).toHaveLength(1);
    expect(await stepOf(world, "finishSecret", version)).toEqual(unfinished);
    expect(world.vault.labelled(CURRENT)).not.toBe(version);
  });

  it("does every step again without changing anything", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    for (const step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const) {
      expect(await stepOf(world, step, version)).toBeUndefined();
      const once = outside(world);
      expect(await stepOf(world, step, version)).toBeUndefined();
      expect(outside(world)).toBe(once);
    }
    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    expect(world.vault.secret.versions.size).toBe(2);
  });

  it("fails cleanly when Secrets Manager only tests the configuration", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    const before = outside(world);

    expect(await stepOf(world, "testSecret", version)).toEqual(unfinished);

    expect(outside(world)).toBe(before);
    expect(recordOf(world)).toMatchObject({ failures: 0 });
    expect(recordOf(world)).not.toHaveProperty("lastFailure");
  });

  it("refuses what its guards forbid, and changes nothing", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    const before = outside(world);

    expect(await stepOf(world, "createSecret", "another-version")).toEqual(refusal("version-unknown"));
    world.vault.secret.rotationEnabled = false;
    expect(await stepOf(world, "createSecret", version)).toEqual(refusal("rotation-disabled"));
    world.vault.secret.rotationEnabled = true;
    await world.table.remove({ partition: `SECRET#${world.target.arn}`, sort: "TARGET" });
    expect(await stepOf(world, "createSecret", version)).toEqual(refusal("no-target"));

    expect(outside(world)).toBe(before);
    expect(recordOf(world)).not.toHaveProperty("held");
  });

  it.each([
    ["nothing is configured", () => undefined],
    ["another kind is configured", (world: World) => ({ ...world.settings, kind: other(kind) })],
    ["another client is configured", (world: World) => ({ ...world.settings, clientId: "another" })],
    ["another tenant is configured", (world: World) => ({ ...world.settings, tenant: "another" })],
  ])("refuses and is held where %s", async (_, settings) => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);

    const error = await stepOf(world, "createSecret", version, (parts) => ({
      ...parts,
      settings: () => settings(world),
    }));

    expect(error).toEqual(refusal("not-configured"));
    expect(recordOf(world)?.held).toMatchObject({ refusal: "not-configured" });
  });

  it.each([
    ["client-gone", { isGone: true }],
    ["global-client", { isGlobal: true }],
  ])("refuses %s at once, and is held", async (reason, changed) => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    Object.assign(world.client.settings, changed);
    const before = outside(world);

    expect(await stepOf(world, "createSecret", version)).toEqual(refusal(reason));

    expect(outside(world)).toBe(before);
    expect(recordOf(world)?.held).toMatchObject({ refusal: reason });
  });

  it("does not rotate where Auth0's answers mean nothing, and tries again where there are none", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    const before = outside(world);
    const calibrated = (reason: "cannot-tell" | "no-answer") =>
      withTenant(() => ({ calibrate: async () => ({ endpoint: null, reason, detail: "what it said" }) }));

    expect(await stepOf(world, "createSecret", version, calibrated("no-answer"))).toEqual(unfinished);
    expect(recordOf(world)).not.toHaveProperty("held");
    expect(await stepOf(world, "createSecret", version, calibrated("cannot-tell"))).toEqual(refusal("not-calibrated"));
    expect(outside(world)).toBe(before);
  });

  it("never takes unknown for refused", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    const silent = withTenant(() => ({ probe: async () => ({ answer: "unknown", detail: "no answer" }) }));

    expect(await stepOf(world, "createSecret", version, silent)).toEqual(unfinished);
    expect(recordOf(world)).not.toHaveProperty("held");
  });

  it("is not begun with rotate: off, unless a person asks", async () => {
    const { world, version } = await announcedWorld({ ...OPTIONS[kind], rotate: "off" });

    expect(await stepOf(world, "createSecret", version)).toEqual(refusal("rotate-off"));
    await orderedBy(world, version, "schedule");
    expect(await stepOf(world, "createSecret", version)).toEqual(refusal("rotate-off"));
    expect(recordOf(world)).toMatchObject({ failures: 0 });
    await orderedBy(world, version, "person");
    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
  });

  it("is not carried on with rotate: off before the tenant was told", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    await stepOf(world, "createSecret", version);
    const before = outside(world);
    world.settings.rotate = "off";

    expect(await stepOf(world, "setSecret", version)).toEqual(refusal("rotate-off"));
    expect(outside(world)).toBe(before);
  });

  it("goes forward once the tenant was told, whatever is switched off by then", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    await stepsUpTo(world, "setSecret", version);
    world.vault.cancel();
    world.settings.rotate = "off";

    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    expect(world.vault.labelled(CURRENT)).toBe(version);
  });

  it("is held after three tries of automatic orders, each counted once, until a person resumes", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    const silent = withTenant(() => ({ probe: async () => ({ answer: "unknown", detail: "no answer" }) }));
    for (const failures of [1, 2, 3]) {
      world.clock.pass(86_400_000);
      await orderedBy(world, version, "schedule");
      await stepOf(world, "createSecret", version, silent);
      await stepOf(world, "createSecret", version, silent);
      expect(recordOf(world)).toMatchObject({ failures });
    }
    expect(recordOf(world)?.held).toMatchObject({ refusal: null });

    expect(await stepOf(world, "createSecret", version)).toEqual(refusal("held"));
    await resumeRotation(world.table, world.target);
    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    expect(recordOf(world)).toMatchObject({ failures: 0, promoted: { version } });
  });

  it("ends in time when a call hangs, records that, and goes on in the next try", async () => {
    const { world, version } = await announcedWorld({ ...OPTIONS[kind], faults: [{ skip: 8, fault: "hangs" }] });

    expect(await stepOf(world, "createSecret", version)).toMatchObject({ code: "timed-out", retryable: true });

    expect(world.wire.struck).toHaveLength(1);
    expect(recordOf(world)?.lastFailure).toMatchObject({ step: "createSecret", code: "timed-out", version });
    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    expect(recordOf(world)).not.toHaveProperty("lastFailure");
  });

  it("brings a told version to its end whose label a person took away, before the next is begun", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    await stepsUpTo(world, "setSecret", version);
    world.vault.secret.versions.get(version)?.labels.clear();
    const next = world.newVersion();
    world.vault.announce(next);

    const error = await stepOf(world, "createSecret", next);

    expect(world.vault.labelled(CURRENT)).toBe(version);
    expect(recordOf(world)).toMatchObject({ promoted: { version } });
    if (kind === "client-secret") expect(error).toBeUndefined();
    else expect(error).toEqual(unfinished); // the old key stays for its overlap, and there is no third place
  });

  it("drops a told version without a label that the tenant does not know", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    const deaf = withTenant(() => ({
      setSecret: async () => Promise.reject(new Error("defect")),
      registerKey: async () => Promise.reject(new Error("defect")),
    }));
    await stepOf(world, "createSecret", version);
    expect(await stepOf(world, "setSecret", version, deaf)).toEqual(new Error("defect"));
    expect(recordOf(world)?.underWay).toHaveProperty("setAt");
    world.vault.secret.versions.get(version)?.labels.clear();
    const next = world.newVersion();
    world.vault.announce(next);
    world.clock.pass(700_000);

    expect(await stepsUpTo(world, "finishSecret", next)).toBeUndefined();
    expect(world.vault.labelled(CURRENT)).toBe(next);
    expect(recordOf(world)).toMatchObject({ promoted: { version: next } });
  });

  it("never sets a credential again that was promoted and replaced by hand, and lets the next rotation begin", async () => {
    const { world, version } = await announcedWorld({ ...OPTIONS[kind], overlap: 0 });
    await stepsUpTo(world, "finishSecret", version);
    const key = KEYS[5] as PreparedKey;
    if (kind === "client-secret") world.client.setSecret("by hand", "hand");
    else leaveKeyByHand(world, key);
    if (kind === "private-key") attachAllByHand(world); // both are accepted then
    const byHand = kind === "client-secret" ? "by hand" : key.jwk;
    world.vault.putByHand("by-hand", payloadOf(kind, "plain", byHand));
    expect(world.vault.labelled(PENDING)).toBe(version);
    const before = JSON.stringify(world.client.live());

    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();

    expect(JSON.stringify(world.client.live())).toBe(before);
    expect(world.vault.labelled(CURRENT)).toBe("by-hand");
    expect(world.vault.announce(world.newVersion())).toBe(true);
  });

  it("makes a promoted version current again that a person moved the label away from", async () => {
    const { world, version } = await announcedWorld({ ...OPTIONS[kind], overlap: 0 });
    const first = world.vault.labelled(CURRENT) ?? "";
    await stepsUpTo(world, "finishSecret", version);
    world.clock.pass(WINDOW);
    world.vault.promote(world.target.arn, first, version);

    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();

    expect(world.vault.labelled(CURRENT)).toBe(version);
  });

  it("records a promotion whose process died over it", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    await stepsUpTo(world, "testSecret", version);
    world.vault.promote(world.target.arn, version, world.vault.labelled(CURRENT) ?? "");

    expect(await stepOf(world, "finishSecret", version)).toBeUndefined();

    expect(recordOf(world)?.promoted?.version).toBe(version);
    const credential = { partition: "TENANT#acme-prod", sort: "CREDENTIAL#jkl" };
    expect(world.table.peek(credential)).toMatchObject({ rotatedAt: recordOf(world)?.promoted?.at });
  });

  it.each([
    ["target-disagrees", { domain: DOMAIN, clientId: "another" }],
    ["target-disagrees", { domain: "other.eu.auth0.com", clientId: CLIENT_ID }],
    ["payload-unusable", undefined],
  ])("refuses a stored value: %s (%o)", async (reason, named) => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    const credential = kind === "client-secret" ? { clientSecret: "s" } : { privateKeyJwk: KEYS[1]?.jwk };
    world.vault.putByHand("by-hand", named ? JSON.stringify({ ...named, ...credential }) : "{}");

    expect(await stepOf(world, "createSecret", version)).toEqual(refusal(reason));
    expect(recordOf(world)?.held).toMatchObject({ refusal: reason });
  });
});

const other = (kind: CredentialKind): CredentialKind => (kind === "client-secret" ? "private-key" : "client-secret");

describe("a rotation of a client secret", () => {
  it.each([
    ["public-client", { tokenEndpointAuthMethod: "none" }],
    ["public-client", { appType: "spa" }],
    ["hs256-client", { idTokenAlgorithm: "HS256" }],
    ["kind-mismatch", { attachedKeys: ["cred_1"] }],
  ])("refuses %s (%o)", async (reason, changed) => {
    const { world, version } = await announcedWorld(SECRET);
    Object.assign(world.client.settings, changed);
    expect(await stepOf(world, "createSecret", version)).toEqual(refusal(reason));
  });

  it("never overwrites a secret that somebody set by hand", async () => {
    const { world, version } = await announcedWorld(SECRET);
    setSecretByHand(world, "by hand", false);
    expect(await stepOf(world, "createSecret", version)).toEqual(refusal("current-refused"));
    await orderedBy(world, version, "person");
    expect(await stepOf(world, "createSecret", version)).toEqual(refusal("current-refused"));

    const later = await announcedWorld(SECRET);
    await stepOf(later.world, "createSecret", later.version);
    setSecretByHand(later.world, "by hand", false);
    expect(await stepOf(later.world, "setSecret", later.version)).toEqual(refusal("current-refused"));
    expect(later.world.client.live()[0]?.secret).toBe("by hand");
    expect(recordOf(later.world)?.held).toMatchObject({ refusal: "current-refused" });
  });

  it("changes nothing once it saw the current one refused, though servers that do not know better accept it", async () => {
    let doubted = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const { world, version } = await announcedWorld({ ...SECRET, propagation: "flapping", seed });
      await stepOf(world, "createSecret", version);
      setSecretByHand(world, "by hand", false);
      world.clock.pass(3_000);
      const error = await stepOf(world, "setSecret", version);
      expect(world.guard.violations).toEqual([]);
      if (world.client.live()[0]?.secret !== "by hand") continue; // accepted at the first question: nobody could see it
      doubted += 1;
      expect(error).toEqual(refusal("current-refused"));
    }
    console.info(`set by hand 3 s before: ${doubted} of 100 seen, and left alone`);
    expect(doubted).toBeGreaterThan(30);
  });

  it("overwrites it when a person says so", async () => {
    const { world, version } = await announcedWorld(SECRET);
    setSecretByHand(world, "by hand", false);
    await orderedBy(world, version, "person", { overwrite: true });

    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    expect(world.client.live()[0]?.secret).toBe(credentialOf(world.vault.read(CURRENT) ?? ""));
  });

  it("overwrites nothing where Auth0 was never seen to accept anything, whatever a person says", async () => {
    const { world, version } = await announcedWorld(SECRET);
    await changeRotation(world.table, world.target, ({ acceptedAt: _, ...record }) => record);
    await orderedBy(world, version, "person", { overwrite: true });
    const said = { answer: "refused" } as const;
    const refusing = withTenant(() => ({
      calibrate: async () => ({ endpoint: null, reason: "not-accepted", endpoints: ["revoke", "token"], said }),
      probe: async () => said,
    }));
    const before = outside(world);

    expect(await stepOf(world, "createSecret", version, refusing)).toEqual(refusal("never-accepted"));
    expect(outside(world)).toBe(before);

    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    expect(recordOf(world)).toHaveProperty("acceptedAt");
  });

  it("believes the endpoint that accepts something, and not the one that refuses everybody", async () => {
    const { world, version } = await announcedWorld(SECRET);
    const asked: string[] = [];
    const half = withTenant((tenant) => ({
      calibrate: async () => ({
        ...{ endpoint: null, reason: "not-accepted", endpoints: ["revoke", "token"] },
        said: { answer: "refused" },
      }),
      probe: async (login, endpoint) => {
        asked.push(endpoint);
        return endpoint === "token" ? tenant.probe(login, endpoint) : { answer: "refused" };
      },
    }));

    expect(await stepOf(world, "createSecret", version, half)).toBeUndefined();
    expect(asked).toEqual(["revoke", "token"]);
    expect(await stepsUpTo(world, "finishSecret", version, half)).toBeUndefined();
    expect(recordOf(world)?.lastProof).toMatchObject({ current: version });
  });

  it("overwrites it only for a day after the person said so, whoever tries again", async () => {
    for (const by of ["person", "schedule"] as const) {
      const { world, version } = await announcedWorld(SECRET);
      setSecretByHand(world, "by hand", false);
      const at = world.clock.now();
      const asked = by === "schedule" ? { asked: { by: "person" as const, at } } : {};
      await orderRotation(world.table, world.target, { version, by, at, ...asked, overwrite: true });
      expect(await stepOf(world, "createSecret", version)).toBeUndefined();
      world.clock.pass(86_400_000);

      expect(await stepOf(world, "setSecret", version)).toEqual(refusal("current-refused"));
      expect(world.client.live()[0]?.secret).toBe("by hand");
    }
  });

  it("tells the tenant nothing when the answer that the current secret is ours has grown old", async () => {
    const { world, version } = await announcedWorld(SECRET);
    await stepOf(world, "createSecret", version);
    const slow: Parameters<typeof stepOf>[3] = (parts) => ({
      ...parts,
      vault: {
        ...parts.vault,
        describe: async (secret) => {
          if (recordOf(world)?.underWay?.setAt !== undefined) world.clock.pass(46_000);
          return parts.vault.describe(secret);
        },
      },
    });

    expect(await stepOf(world, "setSecret", version, slow)).toEqual(unfinished);
    expect(world.client.live()).toHaveLength(1);
  });

  it("tells the tenant nothing when the pending label went away meanwhile", async () => {
    const { world, version } = await announcedWorld(SECRET);
    await stepOf(world, "createSecret", version);
    const tidying = withTenant((tenant) => ({
      client: async () => {
        world.vault.secret.versions.get(version)?.labels.delete(PENDING);
        return tenant.client();
      },
    }));

    expect(await stepOf(world, "setSecret", version, tidying)).toEqual(refusal("version-unknown"));
    expect(world.client.live()).toHaveLength(1);
  });
});

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

  it("frees a place that an unreferenced leftover takes", async () => {
    const { world, version } = await announcedWorld(KEY);
    const leftover = KEYS[5];
    if (leftover) leaveKeyByHand(world, leftover);

    expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
    expect(world.client.registered.some(({ kid }) => kid === leftover?.kid)).toBe(false);
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
