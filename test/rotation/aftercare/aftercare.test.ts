import { describe, expect, it } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { runAftercare } from "../../../lib/rotation/aftercare/aftercare.ts";
import { finishForward } from "../../../lib/rotation/finish-forward.ts";
import { changeRotation } from "../../../lib/rotation/ledger/ledger.ts";
import type { Aftercare } from "../../../lib/rotation/ledger/rotation-record.ts";
import { rotationAlerts } from "../../../lib/rotation/news/rotation-alerts.ts";
import { CURRENT, PENDING, PREVIOUS } from "../../../lib/rotation/ports.ts";
import { recordOf } from "../world/curfew.ts";
import { prepareKeys } from "../world/keys.ts";
import { type Alter, announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { CLIENT_ID, credentialOf } from "../world/payload.ts";
import { setSecretByHand } from "../world/people.ts";
import type { World, WorldOptions } from "../world/world.ts";

const KEYS = prepareKeys(6);
const SECRET = { kind: "client-secret", propagation: "at once", keys: KEYS } as const;
const KEY = { kind: "private-key", propagation: "at once", keys: KEYS } as const;
const DAY = 86_400_000;

/** A world whose rotation is promoted, and whose aftercare did not come to its end. */
async function promotedWorld(options: WorldOptions): Promise<{ world: World; version: string }> {
  const { world, version } = await announcedWorld(options);
  await stepsUpTo(world, "testSecret", version);
  const silent = withTenant((tenant) => {
    let isTested = false;
    return {
      probe: async (login, endpoint) => {
        if (isTested) return { answer: "unknown", detail: "no answer" };
        isTested = true;
        return tenant.probe(login, endpoint);
      },
    };
  });
  expect(await stepOf(world, "finishSecret", version, silent)).toBeUndefined();
  return { world, version };
}

/** Runs the aftercare in a process of its own that lives ten minutes; gives what is open, or the error. */
async function careFor(world: World, alter: Alter = (parts) => parts): Promise<readonly Aftercare[] | unknown> {
  const ending = await world.clock.run(
    world.run("aftercare", 600_000, ({ killedAt }, parts) => runAftercare(world.target, killedAt, alter(parts))),
  );
  return ending.ended === "done" ? ending.value : ending.ended === "failed" ? ending.error : "died";
}

const answersOf = (world: World) => recordOf(world)?.lastProof?.answers ?? [];

describe("the aftercare of a client secret", () => {
  it.each(["at once", "old until the end", "both", "flapping"] as const)(
    "proves the old one dead, not before the change has spread (%s)",
    async (propagation) => {
      const { world, version } = await announcedWorld({ ...SECRET, propagation });
      const old = world.vault.labelled(CURRENT);

      expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();

      const { lastProof, promoted, aftercare } = recordOf(world) ?? {};
      expect(aftercare).toEqual([]);
      expect(lastProof).toMatchObject({ old, current: version });
      const times = answersOf(world).map(({ at }) => at);
      expect(times[0]).toBeGreaterThanOrEqual((promoted?.at ?? 0) + 45_000);
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(30_000);
      expect(answersOf(world)).toEqual(times.map((at) => ({ at, old: "refused", current: "accepted" })));
    },
  );

  it.each([
    ["is given up where it was never seen to be current, and another value is", true, "Another value was stored"],
    ["waits for the promotion of what is still pending", false, undefined],
  ])("%s", async (_, isReplaced, notProvable) => {
    const { world, version } = await announcedWorld(SECRET);
    await stepsUpTo(world, "testSecret", version);
    const at = world.clock.now();
    const old = world.vault.labelled(CURRENT) ?? "";
    const care = { current: version, old, recordedAt: at, from: at, lastWriteAt: at, answers: [] };
    await changeRotation(world.table, world.target, ({ underWay, ...record }) => ({
      ...record,
      ...(isReplaced || !underWay ? {} : { underWay }),
      aftercare: [care],
    }));
    if (isReplaced) {
      world.vault.takePendingAway();
      world.vault.putByHand(world.newVersion(), "another");
    }

    await careFor(world);

    const [kept] = recordOf(world)?.aftercare ?? [];
    expect(kept?.current).toBe(version);
    if (notProvable === undefined) expect(kept?.notProvable).toBeUndefined();
    else expect(kept).toMatchObject({ notProvable: expect.stringContaining(notProvable), ending: "superseded" });
  });

  it("keeps the proof as evidence, without any value", async () => {
    const { world, version } = await announcedWorld(SECRET);
    await stepsUpTo(world, "finishSecret", version);

    const [kept] = world.evidence.documents.get(`rotations/acme-prod/${CLIENT_ID}/${version}.json`) ?? [];
    const text = Buffer.from(kept ?? []).toString();
    expect(JSON.parse(text)).toMatchObject({
      clientId: CLIENT_ID,
      current: version,
      proof: recordOf(world)?.lastProof,
    });
    for (const { value } of world.vault.secret.versions.values()) expect(text).not.toContain(value);
  });

  it("never fails the rotation, and is carried on by any later run", async () => {
    const { world } = await promotedWorld(SECRET);
    expect(recordOf(world)).toMatchObject({ failures: 0, aftercare: [{ answers: expect.any(Array) }] });
    expect(answersOf(world)).toEqual([]);

    expect(await careFor(world)).toEqual([]);
    expect(answersOf(world)).toHaveLength(5);
  });

  it("is overdue when the old one is accepted five minutes after it should be dead, until it is proven", async () => {
    const { world } = await promotedWorld(SECRET);
    const accepting = withTenant(() => ({ probe: async () => ({ answer: "accepted" }) }));

    expect(await careFor(world, accepting)).toEqual([expect.objectContaining({ overdueSince: expect.any(Number) })]);
    const { aftercare, promoted } = recordOf(world) ?? {};
    expect(aftercare?.[0]?.answers.every(({ at }) => at >= (promoted?.at ?? 0) + 45_000)).toBe(true);
    const after = (aftercare?.[0]?.overdueSince ?? 0) - (promoted?.at ?? 0);
    expect(after).toBeGreaterThanOrEqual(300_000);
    expect(after).toBeLessThan(310_000);
    expect(answersOf(world)).toEqual([]);

    expect(await careFor(world)).toEqual([]);
  });

  it("is seen to be overdue by the last step itself, so that it is told at once", async () => {
    const { world, version } = await announcedWorld(SECRET);
    await stepsUpTo(world, "testSecret", version);
    const accepting = withTenant(() => ({ probe: async () => ({ answer: "accepted" }) }));

    expect(await stepOf(world, "finishSecret", version, accepting)).toBeUndefined();

    expect(recordOf(world)?.aftercare).toEqual([expect.objectContaining({ overdueSince: expect.any(Number) })]);
  });

  it("is overdue a day later also where nobody answers whether the old one is accepted", async () => {
    const { world } = await promotedWorld(SECRET);
    world.clock.pass(DAY);
    const silent = withTenant(() => ({ probe: async () => ({ answer: "unknown", detail: "no answer" }) }));

    expect(await careFor(world, silent)).toEqual([expect.objectContaining({ overdueSince: expect.any(Number) })]);
  });

  it("proves nothing by answers that are missing", async () => {
    const { world } = await promotedWorld(SECRET);
    const silent = withTenant(() => ({ probe: async () => ({ answer: "unknown", detail: "no answer" }) }));

    expect(await careFor(world, silent)).toEqual([expect.not.objectContaining({ overdueSince: expect.anything() })]);
    expect(answersOf(world)).toEqual([]);
  });

  it.each<[string, (world: World) => void, string]>([
    ["its value is not stored any more", ({ vault }) => void vault.secret.versions.delete(oldVersion(vault)), "stored"],
    [
      "it is current again",
      ({ vault, target }) => vault.promote(target.arn, oldVersion(vault), current(vault)),
      "again",
    ],
    ["the application is gone", ({ client }) => Object.assign(client.settings, { isGone: true }), "exist any more"],
  ])("says why nothing can be proven when %s, and keeps it on record", async (_, happen, why) => {
    const { world } = await promotedWorld(SECRET);
    happen(world);

    expect(await careFor(world)).toEqual([]);
    expect(recordOf(world)?.aftercare).toEqual([
      expect.objectContaining({ notProvable: expect.stringContaining(why) }),
    ]);
    const endings: Partial<Record<string, string>> = { again: "in-use", "exist any more": "client-gone" };
    expect(recordOf(world)?.aftercare[0]?.ending).toBe(endings[why]);
    expect(recordOf(world)).not.toHaveProperty("lastProof");
  });

  it("proves it dead also where a person labels it AWSPENDING: nobody sets it again", async () => {
    const { world } = await promotedWorld(SECRET);
    world.vault.takePendingAway();
    const old = oldVersion(world.vault);
    world.vault.secret.versions.get(old)?.labels.add(PENDING);

    expect(await careFor(world)).toEqual([]);
    expect(recordOf(world)?.lastProof).toMatchObject({ old });
  });

  it("says so where Auth0's answers mean nothing by now", async () => {
    const { world } = await promotedWorld(SECRET);
    const meaningless = withTenant(() => ({
      calibrate: async () => ({ endpoint: null, reason: "cannot-tell" as const, detail: "everything" }),
    }));
    expect(await careFor(world, meaningless)).toEqual([]);
    expect(recordOf(world)?.aftercare[0]?.notProvable).toContain("random credential");
    expect(recordOf(world)).not.toHaveProperty("held");
  });

  it("records a promotion whose process died over it, and proves the old one dead", async () => {
    const { world, version } = await announcedWorld(SECRET);
    await stepsUpTo(world, "testSecret", version);
    const old = current(world.vault);
    const dying: Alter = ({ vault, ...parts }) => ({
      ...parts,
      vault: {
        ...vault,
        promote: async (...given) => {
          await vault.promote(...given);
          throw new Error("it died");
        },
      },
    });
    await stepOf(world, "finishSecret", version, dying);
    expect(recordOf(world)).not.toHaveProperty("promoted");
    // Whoever moves the label afterwards does not change whose death was planned.
    world.vault.secret.versions.get(old)?.labels.delete(PREVIOUS);
    world.vault.secret.versions.set("stray", { value: "stray", labels: new Set([PREVIOUS]) });

    expect(await careFor(world)).toEqual([]);
    expect(recordOf(world)).toMatchObject({ promoted: { version }, lastProof: { old, current: version } });
  });

  it("leaves nothing of a promotion that came to nothing, once a later one is proven", async () => {
    const { world, version } = await announcedWorld(SECRET);
    const old = credentialOf(world.vault.read(CURRENT) ?? "");
    await stepsUpTo(world, "testSecret", version);
    const stuck: Alter = (parts) => ({
      ...parts,
      vault: { ...parts.vault, promote: async () => Promise.reject(new Error("defect")) },
    });
    await stepOf(world, "finishSecret", version, stuck);
    expect(recordOf(world)?.aftercare).toHaveLength(1);
    setSecretByHand(world, old, false); // the one that is stored as current
    world.vault.takePendingAway();
    world.clock.pass(700_000);
    const next = world.newVersion();
    world.vault.announce(next);

    expect(await stepsUpTo(world, "finishSecret", next)).toBeUndefined();
    expect(recordOf(world)).toMatchObject({ lastProof: { current: next }, aftercare: [] });
  });

  it("takes nothing away for a promotion that did not come about", async () => {
    const { world, version } = await announcedWorld({ ...KEY, overlap: 0 });
    await stepsUpTo(world, "testSecret", version);
    const stuck: Alter = (parts) => ({
      ...parts,
      vault: { ...parts.vault, promote: async () => Promise.reject(new Error("defect")) },
    });
    await stepOf(world, "finishSecret", version, stuck);
    expect(recordOf(world)?.aftercare).toHaveLength(1);
    world.clock.pass(DAY);

    expect(await careFor(world)).toHaveLength(1);
    expect(world.client.attached).toHaveLength(2);
    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
  });
});

const current = (vault: World["vault"]): string => vault.labelled(CURRENT) ?? "";
const oldVersion = ({ secret }: World["vault"]): string => secret.versions.keys().next().value ?? "";

describe("the aftercare of a private key", () => {
  it("waits the overlap out, detaches and deletes the old key, and proves it dead", async () => {
    const { world, version } = await announcedWorld(KEY);
    await stepsUpTo(world, "finishSecret", version);
    expect(await careFor(world)).toHaveLength(1);
    expect(world.client.attached).toHaveLength(2);
    world.clock.pass(DAY);

    expect(await careFor(world)).toEqual([]);

    expect(world.client.registered).toHaveLength(1);
    expect(world.client.attached).toEqual(world.client.registered.map(({ id }) => id));
    expect(recordOf(world)?.lastProof).toMatchObject({ current: version });
    expect(world.guard.violations).toEqual([]);
  });

  it("takes the old key away only while the new one is accepted and attached", async () => {
    const { world, version } = await announcedWorld(KEY);
    await stepsUpTo(world, "finishSecret", version);
    world.clock.pass(DAY);
    const refusing = withTenant(() => ({ probe: async () => ({ answer: "refused" }) }));
    const unfinished = expect.objectContaining({ code: "rotation-unfinished" });

    expect(await careFor(world, refusing)).toEqual(unfinished);
    const [old] = world.client.attached ?? [];
    world.client.attach([old ?? ""], "hand");
    const accepting = withTenant(() => ({ probe: async () => ({ answer: "accepted" }) }));
    expect(await careFor(world, accepting)).toEqual(unfinished);

    expect(world.client.attached).toEqual([old]);
    expect(recordOf(world)).toMatchObject({ aftercare: [{ failure: unfinished }], failures: 0 });
  });

  it("is overdue where the old key cannot be taken away, whatever the reason, and begins nothing before its time", async () => {
    const { world, version } = await announcedWorld(KEY);
    await stepsUpTo(world, "finishSecret", version);
    const denied = new CurfewError("missing-scope", "The rotator may not do this.");
    const denying = withTenant(() => ({ attachKeys: () => Promise.reject(denied) }));
    const before = world.clock.now();
    expect(await careFor(world, denying)).toEqual([expect.not.objectContaining({ overdueSince: expect.anything() })]);
    expect(world.clock.now() - before).toBeLessThan(60_000); // nobody sleeps for an overlap
    world.clock.pass(DAY + 300_000);

    expect(await careFor(world, denying)).toBe(denied);

    const record = recordOf(world);
    expect(record?.aftercare).toEqual([expect.objectContaining({ overdueSince: expect.any(Number) })]);
    const alerts = record
      ? rotationAlerts([{ tenant: "acme-prod", record, isTended: true }], { owners: new Map() }, world.clock.now())
      : [];
    expect(alerts.map(({ severity, title }) => [severity, title])).toEqual([
      ["high", expect.stringContaining("not proven dead")],
    ]);
    expect(alerts[0]?.facts).toContainEqual({ label: "Last failure", value: denied.message });
  });

  it("does not delete a key that something else refers to", async () => {
    const { world, version } = await announcedWorld(KEY);
    await stepsUpTo(world, "finishSecret", version);
    world.clock.pass(DAY);
    Object.assign(world.client.settings, { referencedKeys: world.client.registered.map(({ id }) => id) });

    expect(await careFor(world)).toEqual([]);
    expect(world.client.attached).toHaveLength(1);
    expect(world.client.registered).toHaveLength(2);
  });

  it("lets a rotation wait that comes before the overlap is over, without holding it", async () => {
    const { world, version } = await announcedWorld(KEY);
    await stepsUpTo(world, "finishSecret", version);
    world.vault.complete(version);
    const next = world.newVersion();
    world.vault.announce(next);

    expect(await stepOf(world, "createSecret", next)).toMatchObject({ code: "rotation-unfinished", retryable: true });
    expect(recordOf(world)).not.toHaveProperty("held");
    world.clock.pass(DAY);
    await careFor(world);
    expect(await stepsUpTo(world, "finishSecret", next)).toBeUndefined();
  });
});

describe("finishing forward", () => {
  it.each([SECRET, KEY])("does the rest of a rotation in one process ($kind)", async (options) => {
    const { world, version } = await announcedWorld(options);
    await stepOf(world, "createSecret", version);

    const { ended } = await world.clock.run(
      world.run("finish", 600_000, ({ killedAt }, parts) => finishForward(world.target, version, killedAt, parts)),
    );

    expect(ended).toBe("done");
    expect(world.vault.labelled(CURRENT)).toBe(version);
  });
});
