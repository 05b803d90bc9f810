import { describe, expect, it } from "vitest";
import { changeRotation, resumeRotation } from "../../../lib/rotation/ledger/ledger.ts";
import { CREDENTIAL_KINDS, type CredentialKind } from "../../../lib/rotation/ledger/target.ts";
import { CURRENT, PENDING } from "../../../lib/rotation/ports.ts";
import { NOTHING_TO_TEST } from "../../../lib/rotation/steps/test-secret.ts";
import { WINDOW } from "../world/auth0.ts";
import { recordOf } from "../world/curfew.ts";
import type { PreparedKey } from "../world/keys.ts";
import { announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { CLIENT_ID, credentialOf, DOMAIN, FORMS, loginOf, payloadOf } from "../world/payload.ts";
import { attachAllByHand, leaveKeyByHand } from "../world/people.ts";
import type { World } from "../world/world.ts";
import { DAY, KEY, KEYS, orderedBy, outside, refusal, SECRET, unfinished } from "./a-step.ts";

const OPTIONS = { "client-secret": SECRET, "private-key": KEY };

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
    // Adopted, and not deployed yet: the alarm takes what there is nothing to test of for no failure.
    const unknown = await stepOf(world, "testSecret", version, (parts) => ({ ...parts, settings: () => undefined }));
    expect(unknown).toMatchObject({ code: "rotation-unfinished", detail: NOTHING_TO_TEST });

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

  it("stores nothing while the rotator lacks a scope to tell Auth0 with, and says which", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    const before = outside(world);
    const poor = withTenant(() => ({ missingScopes: async () => ["update:one", "delete:one"] }));

    expect(await stepOf(world, "createSecret", version, poor)).toMatchObject({
      code: "missing-scope",
      message: expect.stringContaining("lacks update:one and delete:one"),
    });
    expect(outside(world)).toBe(before);
    expect(recordOf(world)).not.toHaveProperty("underWay");
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

  it.each(["createSecret", "setSecret", "finishSecret"] as const)(
    "changes nothing once somebody else has the lease (%s)",
    async (step) => {
      const { world, version } = await announcedWorld(OPTIONS[kind]);
      const before = { createSecret: undefined, setSecret: "createSecret", finishSecret: "testSecret" } as const;
      if (before[step]) await stepsUpTo(world, before[step], version);
      const found = outside(world);
      const key = { partition: "TENANT#acme-prod", sort: `LEASE#${CLIENT_ID}` };
      const overtaken = withTenant((tenant) => ({
        client: async () => {
          await world.table.put(key, { owner: "somebody", writer: 0, processes: [] });
          return tenant.client();
        },
        probe: async (...given) => {
          await world.table.put(key, { owner: "somebody", writer: 0, processes: [] });
          return tenant.probe(...given);
        },
      }));

      expect(await stepOf(world, step, version, overtaken)).toMatchObject({ code: "rotation-busy", retryable: true });
      expect(outside(world)).toBe(found);
    },
  );

  it("makes a new credential where somebody removed the pending one before the tenant took it", async () => {
    const { world, version } = await announcedWorld(OPTIONS[kind]);
    await stepOf(world, "createSecret", version);
    const deaf = withTenant(() => ({
      setSecret: async () => Promise.reject(new Error("defect")),
      registerKey: async () => Promise.reject(new Error("defect")),
    }));
    await stepOf(world, "setSecret", version, deaf);
    const held = world.vault.secret.versions.get(version);
    if (held) held.value = undefined;
    world.clock.pass(700_000);

    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    expect(world.vault.labelled(CURRENT)).toBe(version);
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
    const held = { since: world.clock.now(), refusal: null, message: "It failed." };
    await changeRotation(world.table, world.target, (record) => ({ ...record, held }));

    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    expect(world.vault.labelled(CURRENT)).toBe(version);
    expect(recordOf(world)).not.toHaveProperty("held");
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
    const silent = withTenant(() => ({ probe: async () => ({ answer: "unknown", detail: "no answer" }) }));
    expect(await stepOf(world, "createSecret", version, silent)).toEqual(unfinished);
    expect(world.vault.labelled(PENDING)).toBe(version);

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
    const told = recordOf(world)?.underWay?.setAt;
    const old = world.vault.labelled(CURRENT) ?? "";
    world.vault.promote(world.target.arn, version, old);
    world.clock.pass(4 * DAY);

    expect(await stepOf(world, "finishSecret", version)).toBeUndefined();

    expect(recordOf(world)?.promoted?.version).toBe(version);
    const { lastProof, aftercare = [] } = recordOf(world) ?? {};
    expect(lastProof ?? aftercare[0]).toMatchObject({ old, current: version });
    const credential = { partition: "TENANT#acme-prod", sort: "CREDENTIAL#jkl" };
    expect(world.table.peek(credential)).toMatchObject({
      rotatedAt: told,
      promotedAt: recordOf(world)?.promoted?.at,
      rotatedTo: version,
    });
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
