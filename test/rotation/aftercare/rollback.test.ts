import { describe, expect, it } from "vitest";
import { runAftercare } from "../../../lib/rotation/aftercare/aftercare.ts";
import { changeRotation } from "../../../lib/rotation/ledger/ledger.ts";
import { progressOf } from "../../../lib/rotation/ledger/progress.ts";
import { rotationAlerts } from "../../../lib/rotation/news/rotation-alerts.ts";
import { CURRENT, PENDING, type VersionId } from "../../../lib/rotation/ports.ts";
import { KEY, SECRET } from "../steps/a-step.ts";
import { recordOf, rotateByHand } from "../world/curfew.ts";
import { type Alter, announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { credentialOf } from "../world/payload.ts";
import type { World, WorldOptions } from "../world/world.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function careFor(world: World, alter: Alter = (parts) => parts): Promise<unknown> {
  const ending = await world.clock.run(
    world.run("aftercare", 600_000, ({ killedAt }, parts) => runAftercare(world.target, killedAt, alter(parts))),
  );
  return ending.ended === "failed" ? ending.error : undefined;
}

/** The version of another rotation, once the one before has left its label. */
function nextVersion({ vault, ...world }: World): VersionId {
  vault.complete(vault.labelled(PENDING) ?? "");
  const version = world.newVersion();
  expect(vault.announce(version)).toBe(true);
  return version;
}

/** A rotation to a new key, and then trouble with it: a person stores the former key again. */
async function rolledBack(): Promise<{ world: World; former: string }> {
  const { world, version } = await announcedWorld(KEY);
  const value = world.vault.read(CURRENT) ?? "";
  const [former = ""] = world.client.attached ?? [];
  expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
  world.vault.complete(version);
  world.vault.putByHand(world.newVersion(), value);
  return { world, former };
}

/** The person takes the new key away at Auth0, too. */
function removeAllBut(id: string, { client }: World): void {
  client.attach([id], "hand");
  for (const { id: other } of [...client.registered]) if (other !== id) client.deleteKey(other);
}

const alertsOf = (world: World) => {
  const record = recordOf(world);
  return record
    ? rotationAlerts([{ tenant: "acme-prod", record, isTended: true }], { owners: new Map() }, world.clock.now())
    : [];
};

describe("a former key that a person stored again", () => {
  it("is not taken away by the aftercare of the rotation that replaced it, and nobody is told to remove it", async () => {
    const { world, former } = await rolledBack();
    world.clock.pass(2 * DAY);

    expect(await careFor(world)).toBeUndefined();

    expect(world.client.attached).toContain(former);
    expect(world.guard.violations).toEqual([]);
    expect(alertsOf(world).map(({ severity, title }) => [severity, title])).toEqual([
      ["medium", expect.stringContaining("somebody went back")],
    ]);
  });

  it.each<[string, (world: World, old: VersionId) => Promise<unknown> | boolean]>([
    ["is known by its name where the old value is gone", ({ vault }, old) => vault.secret.versions.delete(old)],
    [
      "is known by its public half where Auth0 names it otherwise",
      ({ table, target }) =>
        changeRotation(table, target, (record) => ({
          ...record,
          aftercare: record.aftercare.map((care) => ({ ...care, oldKey: { id: care.oldKey?.id ?? "", kid: "other" } })),
        })),
    ],
  ])("%s", async (_, happen) => {
    const { world, former } = await rolledBack();
    await happen(world, recordOf(world)?.aftercare[0]?.old ?? "");
    world.clock.pass(2 * DAY);

    expect(await careFor(world)).toBeUndefined();

    expect(world.client.attached).toContain(former);
    expect(recordOf(world)?.aftercare).toEqual([expect.objectContaining({ notProvable: expect.any(String) })]);
  });

  it("stays for its whole overlap when it is replaced again", async () => {
    const { world, former } = await rolledBack();
    removeAllBut(former, world);
    world.clock.pass(2 * DAY);

    expect(await stepsUpTo(world, "finishSecret", nextVersion(world))).toBeUndefined();
    world.clock.pass(HOUR);
    expect(await careFor(world)).toBeUndefined();
    expect(world.client.attached).toContain(former);

    world.clock.pass(DAY);
    expect(await careFor(world)).toBeUndefined();
    expect(world.client.attached).not.toContain(former);
    expect(world.guard.violations).toEqual([]);
    expect(recordOf(world)?.aftercare).toEqual([]);
  });

  it.each(["attachKeys", "deleteKey"] as const)("just before %s stays", async (change) => {
    const { world, version } = await announcedWorld(KEY);
    const value = world.vault.read(CURRENT) ?? "";
    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    const keys = [...world.client.registered];
    world.clock.pass(DAY);
    const changes: string[] = [];
    let looks = 0;
    const rollsBack = withTenant((tenant) => ({
      client: async () => {
        looks += 1; // whether the application is there, what is attached, what is referred to
        const answer = await tenant.client();
        if (looks === (change === "attachKeys" ? 2 : 3)) world.vault.putByHand(world.newVersion(), value);
        return answer;
      },
      attachKeys: async (ids) => {
        changes.push("attachKeys");
        await tenant.attachKeys(ids);
      },
      deleteKey: async (id) => {
        changes.push("deleteKey");
        await tenant.deleteKey(id);
      },
    }));

    expect(await careFor(world, rollsBack)).toMatchObject({ code: "rotation-unfinished" });

    expect(changes).toEqual(change === "attachKeys" ? [] : ["attachKeys"]);
    expect(world.client.registered).toEqual(keys);
  });
});

describe("where somebody went back by storing the former value, the advice leads to another rotation", () => {
  it.each<[string, WorldOptions, boolean, (world: World, newer: VersionId) => void]>([
    ["of a secret, after the label was moved forward again", SECRET, false, moveForward],
    ["of a secret, by overwriting", SECRET, true, () => undefined],
    [
      "of a key, after the label was moved forward again and the former key removed",
      KEY,
      false,
      (world, newer) => {
        moveForward(world, newer);
        removeAllBut(world.client.registered.find(({ name }) => name?.startsWith("curfew-"))?.id ?? "", world);
      },
    ],
    [
      "of a key, after the newer key was removed",
      KEY,
      false,
      (world) =>
        removeAllBut(world.client.registered.find(({ name }) => !name?.startsWith("curfew-"))?.id ?? "", world),
    ],
  ])("%s", async (_, options, overwrite, follow) => {
    const { world, version } = await announcedWorld(options);
    const value = world.vault.read(CURRENT) ?? "";
    await stepsUpTo(world, "testSecret", version);
    await stepOf(world, "finishSecret", version, (parts) => ({ ...parts, keepsProof: false }));
    world.vault.complete(version);
    world.vault.putByHand(world.newVersion(), value);
    world.clock.pass(2 * DAY);
    expect(await careFor(world)).toBeUndefined();
    expect(alertsOf(world)[0]?.title).toContain("somebody went back");

    follow(world, version);
    await world.clock.run(rotateByHand(world, overwrite));

    expect(recordOf(world)?.lastFailure).toBeUndefined();
    expect(recordOf(world)?.promoted?.version).toBe(world.vault.labelled(CURRENT));
    expect(recordOf(world)?.promoted?.version).not.toBe(version);
  });
});

/** As the alert says. */
function moveForward({ vault, target }: World, newer: VersionId): void {
  vault.promote(target.arn, newer, vault.labelled(CURRENT) ?? "");
}

describe("an old secret that was overdue", () => {
  it("is overdue no more when a person has made it the current one again", async () => {
    const { world, version } = await announcedWorld(SECRET);
    const value = world.vault.read(CURRENT) ?? "";
    await stepsUpTo(world, "testSecret", version);
    const accepts = withTenant((tenant) => ({
      probe: async (login, endpoint) =>
        recordOf(world)?.promoted ? { answer: "accepted" } : tenant.probe(login, endpoint),
    }));
    await stepOf(world, "finishSecret", version, accepts);
    expect(alertsOf(world)).toEqual([expect.objectContaining({ severity: "high" })]);

    world.client.setSecret(credentialOf(value), "hand");
    world.vault.putByHand(world.newVersion(), value);
    world.clock.pass(DAY);
    expect(await careFor(world)).toBeUndefined();

    expect(recordOf(world)?.aftercare[0]).not.toHaveProperty("overdueSince");
    expect(alertsOf(world)).toEqual([expect.objectContaining({ severity: "medium" })]);
  });
});

describe("two rotations in a row", () => {
  it("are proven each by itself: the proof of the first one is none of the second", async () => {
    const { world, version: first } = await announcedWorld(SECRET);
    await stepsUpTo(world, "testSecret", first);
    let isAsked = false;
    const silent = withTenant((tenant) => ({
      probe: async (login, endpoint) => {
        if (isAsked) return { answer: "unknown", detail: "no answer" };
        isAsked = true;
        return tenant.probe(login, endpoint);
      },
    }));
    await stepOf(world, "finishSecret", first, silent);
    const secret = credentialOf(world.vault.read(CURRENT) ?? "");
    const second = nextVersion(world);
    await stepsUpTo(world, "testSecret", second);
    const stillAccepts = withTenant((tenant) => ({
      probe: async (login, endpoint) =>
        login.method === "client-secret" && login.secret.reveal() === secret
          ? { answer: "accepted" }
          : tenant.probe(login, endpoint),
    }));
    await stepOf(world, "finishSecret", second, stillAccepts);

    expect(await careFor(world, stillAccepts)).toBeUndefined();

    const record = recordOf(world);
    expect(record?.lastProof).toMatchObject({ current: first, witness: second });
    expect(progressOf(record, second, 0).stage).toBe("promoted");
    expect(record?.aftercare.map(({ current }) => current)).toEqual([second]);

    expect(await careFor(world)).toBeUndefined();
    expect(progressOf(recordOf(world), second, 0).stage).toBe("proven");
    expect(recordOf(world)?.lastProof).not.toHaveProperty("witness");
  });

  it("keep the proof of the later one, whichever comes last", async () => {
    const { world, version: first } = await announcedWorld(SECRET);
    await stepsUpTo(world, "testSecret", first);
    const gone = withTenant(() => ({ client: () => Promise.reject(new Error("down")) }));
    await stepOf(world, "finishSecret", first, gone);
    const second = nextVersion(world);
    expect(await stepsUpTo(world, "finishSecret", second)).toBeUndefined();
    expect(recordOf(world)?.aftercare.map(({ current }) => current)).toEqual([first]);

    expect(await careFor(world)).toBeUndefined();

    expect(recordOf(world)).toMatchObject({ aftercare: [], lastProof: { current: second } });
  });

  it("leave on record what of the first cannot be proven, until people heard of it", async () => {
    const { world, version: first } = await announcedWorld(SECRET);
    await stepsUpTo(world, "testSecret", first);
    const old = world.vault.secret.versions.get(world.vault.labelled(CURRENT) ?? "");
    if (old) old.value = JSON.stringify({ domain: "other.eu.auth0.com", clientSecret: "x" });
    await stepOf(world, "finishSecret", first);
    const unproven = [expect.objectContaining({ title: expect.stringContaining("nobody can prove") })];
    expect(alertsOf(world)).toEqual(unproven);

    expect(await stepsUpTo(world, "finishSecret", nextVersion(world))).toBeUndefined();
    expect(alertsOf(world)).toEqual(unproven);

    world.clock.pass(8 * DAY);
    expect(await stepsUpTo(world, "finishSecret", nextVersion(world))).toBeUndefined();
    expect(alertsOf(world)).toEqual([]);
  });

  it.each(["both", "flapping", "old until the end"] as const)(
    "never leave a live secret without a label, though the first is still spreading (%s)",
    async (propagation) => {
      const { world, version: first } = await announcedWorld({ ...SECRET, propagation });
      await stepsUpTo(world, "testSecret", first);
      const gone = withTenant(() => ({ client: () => Promise.reject(new Error("down")) }));
      await stepOf(world, "finishSecret", first, gone);
      const second = nextVersion(world);

      expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();
      await stepOf(world, "finishSecret", second, gone);

      expect(recordOf(world)?.promoted?.version).toBe(second);
      expect(world.guard.violations).toEqual([]);
    },
  );
});
