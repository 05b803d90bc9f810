import { describe, expect, it } from "vitest";
import type { CredentialRecord } from "../../../lib/history/credential-record.ts";
import { secretAge } from "../../../lib/history/secret-age.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { type DryRun, dryRun } from "../../../lib/rotation/by-hand/dry-run.ts";
import { rotationTroubles } from "../../../lib/rotation/credentials/rotation-troubles.ts";
import { changeRotation } from "../../../lib/rotation/ledger/ledger.ts";
import type { RotationRecord } from "../../../lib/rotation/ledger/rotation-record.ts";
import { CREDENTIAL_KINDS } from "../../../lib/rotation/ledger/target.ts";
import { rotationAlerts } from "../../../lib/rotation/news/rotation-alerts.ts";
import { CURRENT, PENDING } from "../../../lib/rotation/ports.ts";
import { nextMorning, recordOf, rotateByHand, rotateDue } from "../world/curfew.ts";
import { type Alter, announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { credentialOf, loginOf } from "../world/payload.ts";
import { moveBackByHand, moveForwardByHand, setSecretByHand } from "../world/people.ts";
import type { World } from "../world/world.ts";
import { care, DAY, KEY, orderedBy, outside, refusal, SECRET, unfinished } from "./a-step.ts";

const dated = ({ table, target }: World): CredentialRecord | undefined =>
  table.peek({ partition: `TENANT#${target.tenant}`, sort: `CREDENTIAL#${target.clientId}` });

const datedAt = (world: World): number | undefined => dated(world)?.rotatedAt;

const promotionFails: Alter = ({ vault, ...parts }) => ({
  ...parts,
  vault: { ...vault, promote: () => Promise.reject(new CurfewError("vault-failed", "Secrets Manager failed.")) },
});

const promotionIsNotHeardOf: Alter = ({ vault, ...parts }) => ({
  ...parts,
  vault: {
    ...vault,
    promote: async (...move) => {
      await vault.promote(...move);
      throw new CurfewError("vault-failed", "Secrets Manager did not answer.");
    },
  },
});

/** What people hear of labels that were moved too early. */
function earlyAlerts(world: World, isTended = true, record = recordOf(world)) {
  const { tenant } = world.target;
  const rules = { owners: new Map([[tenant, "anna@acme.example"]]) };
  const alerts = record ? rotationAlerts([{ tenant, record, isTended }], rules, world.clock.now()) : [];
  return alerts.filter(({ title }) => title.includes("AWSCURRENT"));
}

const dryRunOf = (world: World, overwrite: boolean) => {
  const request = { settings: world.settings, secret: world.vault.secret.name, overwrite };
  return world.clock.run(world.run("dry run", 600_000, (_, parts) => dryRun(request, parts)));
};

/** What a dry run finds in the way. */
async function inTheWay(world: World, overwrite: boolean) {
  const ending = await dryRunOf(world, overwrite);
  return ending.ended === "done" ? ending.value.obstacles.map(({ refusal }) => refusal) : [ending.ended];
}

const HELD = { since: 0, refusal: null, message: "Auth0 did not answer." };

/** A new version that is stored, and that a person made the current one before Auth0 was told of it. */
async function movedWorld(kind: World["kind"]) {
  const { world, version } = await announcedWorld(kind === "client-secret" ? SECRET : KEY);
  const first = world.vault.labelled(CURRENT);
  expect(await stepOf(world, "createSecret", version)).toBeUndefined();
  moveForwardByHand(world);
  expect(world.vault.labelled(CURRENT)).toBe(version);
  return { world, version, first };
}

describe.each(CREDENTIAL_KINDS)("a version that a person made current before Auth0 was told of it (%s)", (kind) => {
  const isAccepted = (world: World) => world.client.mayAccept(loginOf(kind, world.vault.read(CURRENT) ?? ""));

  it("is told to Auth0, and what it replaces is what was current until then", async () => {
    const { world, version, first } = await movedWorld(kind);

    expect(await stepsUpTo(world, "setSecret", version)).toBeUndefined();
    const told = recordOf(world)?.underWay?.setAt;
    world.clock.pass(4 * DAY);
    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();

    expect(isAccepted(world)).toBe(true);
    expect(recordOf(world)?.promoted).toEqual({ version, at: dated(world)?.promotedAt });
    expect(datedAt(world)).toBe(told);
    world.clock.pass(2 * DAY);
    await care(world);
    expect(recordOf(world)?.lastProof).toMatchObject({ current: version, old: first, wasAccepted: true });
    expect(world.guard.violations).toEqual([]);
  });

  it.each([
    ["the next audit", (world: World) => rotateDue(world, false)],
    ["a person", (world: World) => rotateByHand(world)],
  ])("is finished by %s where nobody does the steps", async (_, finish) => {
    const { world, version } = await movedWorld(kind);
    world.vault.takePendingAway();
    await world.clock.run(nextMorning(world));

    await world.clock.run(finish(world));

    expect([recordOf(world)?.promoted?.version, isAccepted(world)]).toEqual([version, true]);
    expect(world.guard.violations).toEqual([]);
  });

  it.each([
    ["is off", (world: World) => Object.assign(world.settings, { rotate: "off" })],
    ["is held", (world: World) => changeRotation(world.table, world.target, (record) => ({ ...record, held: HELD }))],
  ])("is told to people where rotation %s, once, until the label is moved back", async (_, stop) => {
    const { world, version } = await movedWorld(kind);
    await stop(world);
    const before = outside(world);
    const morning = async () => {
      await world.clock.run(nextMorning(world));
      await world.clock.run(rotateDue(world, false));
      return earlyAlerts(world);
    };

    const [alert, ...others] = await morning();
    expect([others, outside(world)]).toEqual([[], before]);
    expect(alert).toMatchObject({ severity: "high", owner: "anna@acme.example" });
    expect(alert?.steps.slice(0, 2)).toEqual([
      expect.stringMatching(/: npx curfew rotate --tenant acme-prod --client \S+$/),
      expect.stringContaining(`--move-to-version-id FORMER --remove-from-version-id ${version}`),
    ]);
    expect((await morning()).map(({ id }) => id)).toEqual([alert?.id]);
    const [untended] = earlyAlerts(world, false);
    expect(untended?.text).toContain("No audit goes on with it");
    expect(untended?.text).not.toContain("tells Auth0");
    expect(untended?.steps[0]).toContain("back into curfew.yaml");
    moveBackByHand(world);
    expect(await morning()).toEqual([]);
  });

  it("is told to nobody once Auth0 was told, whatever audits saw before", async () => {
    const { world, version } = await movedWorld(kind);
    const underWay = { version, startedAt: 1, earlySince: 2 };
    const known = (setAt?: number) => {
      const told = setAt === undefined ? underWay : { ...underWay, setAt };
      return { ...(recordOf(world) as RotationRecord), underWay: told };
    };

    expect([known(), known(3)].map((record) => earlyAlerts(world, true, record).length)).toEqual([1, 0]);
  });

  it("is not told to Auth0 where it was replaced once, nor called promoted", async () => {
    const { world, version } = await movedWorld(kind);
    const underWay = { version, startedAt: 1, wasReplaced: true as const };
    await changeRotation(world.table, world.target, (record) => ({ ...record, underWay }));
    const before = outside(world);

    expect(await stepsUpTo(world, "finishSecret", version)).toEqual(unfinished);

    expect([outside(world), recordOf(world)?.promoted]).toEqual([before, undefined]);
  });

  it("is not called promoted, and not dated, before Auth0 accepts it", async () => {
    const { world, version } = await movedWorld(kind);

    expect(await stepOf(world, "finishSecret", version)).toEqual(unfinished);

    expect([recordOf(world)?.promoted, datedAt(world)]).toEqual([undefined, undefined]);
  });
});

it("a secret that a person made current is not set over one that a person set at Auth0", async () => {
  const { world, version } = await movedWorld("client-secret");
  setSecretByHand(world, "hand", false);
  world.clock.pass(60_000);

  expect(await stepOf(world, "setSecret", version)).toEqual(refusal("current-refused"));
  expect(await stepOf(world, "finishSecret", version)).toEqual(unfinished);

  expect(world.client.live().map(({ secret }) => secret)).toEqual(["hand"]);
  expect(recordOf(world)?.held?.refusal).toBe("current-refused");
});

it("a secret that Auth0 accepts no more is not called promoted by the plan of a promotion that failed", async () => {
  const { world, version } = await announcedWorld(SECRET);
  expect(await stepsUpTo(world, "finishSecret", version, promotionFails)).toMatchObject({ code: "vault-failed" });
  expect(recordOf(world)?.aftercare).toMatchObject([{ current: version }]);
  setSecretByHand(world, "hand", false);
  moveForwardByHand(world);
  world.clock.pass(60_000);

  expect(await stepOf(world, "finishSecret", version)).toEqual(unfinished);
  expect([recordOf(world)?.promoted, datedAt(world)]).toEqual([undefined, undefined]);

  expect(await stepOf(world, "setSecret", version)).toEqual(refusal("current-refused"));
  world.clock.pass(40 * DAY);
  await orderedBy(world, version, "person", { overwrite: true });
  const overwrittenAt = world.clock.now();
  expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
  expect(recordOf(world)).toMatchObject({ promoted: { version, at: dated(world)?.promotedAt } });
  expect(datedAt(world)).toBeGreaterThanOrEqual(overwrittenAt); // it is as old as that
});

describe("a secret whose promotion is not on record, where a person set the former one at Auth0", () => {
  const morning = async (world: World) => {
    await world.clock.run(nextMorning(world));
    await world.clock.run(rotateDue(world, false));
  };

  async function refusedWorld() {
    const { world, version } = await announcedWorld(SECRET);
    const former = world.vault.read(CURRENT) ?? "";
    expect(await stepsUpTo(world, "finishSecret", version, promotionIsNotHeardOf)).toMatchObject({
      code: "vault-failed",
    });
    world.clock.pass(120_000);
    setSecretByHand(world, credentialOf(former), false);
    return { world, version, former };
  }

  it("is not set over that unasked", async () => {
    const { world, version, former } = await refusedWorld();

    for (let mornings = 0; mornings < 2; mornings += 1) await morning(world);

    expect(world.client.live().map(({ secret }) => secret)).toEqual([credentialOf(former)]);
    expect(recordOf(world)?.held?.refusal).toBe("current-refused");
    expect([await inTheWay(world, false), await inTheWay(world, true)]).toEqual([["current-refused"], []]);
    await world.clock.run(rotateByHand(world, true));
    expect(recordOf(world)).toMatchObject({ promoted: { version }, lastProof: { current: version } });
    expect(world.guard.violations).toEqual([]);
  });

  it.each([
    ["the step that tells, and the label is moved back", "setSecret", moveBackByHand],
    ["the step that promotes, and the label is moved back", "finishSecret", moveBackByHand],
    [
      "the step that tells, and the former value is stored twice more",
      "setSecret",
      (world: World, former: string) => {
        for (const space of [" ", "  "]) world.vault.putByHand(world.newVersion(), `${former}${space}`);
      },
    ],
  ] as const)("is not set either once that was seen by %s", async (_, step, goBack) => {
    const { world, version, former } = await refusedWorld();
    expect(await stepOf(world, step, version)).toMatchObject({ code: expect.stringContaining("rotation-") });
    goBack(world, former);
    expect(world.vault.labelled(PENDING)).toBe(version);
    expect(await inTheWay(world, true)).toEqual([null]);

    await morning(world);

    expect(world.client.live().map(({ secret }) => secret)).toEqual([credentialOf(former)]);
    expect([world.vault.labelled(PENDING), recordOf(world)?.underWay]).toEqual([undefined, undefined]);
    await world.clock.run(rotateByHand(world));
    expect(recordOf(world)?.promoted?.version).toBe(world.vault.labelled(CURRENT));
    expect(world.guard.violations).toEqual([]);
  });

  it("is not set either where the label is moved back before anybody saw it", async () => {
    const { world, version, former } = await refusedWorld();
    moveBackByHand(world);
    expect([await inTheWay(world, false), await inTheWay(world, true)]).toEqual([[null], []]);

    for (let mornings = 0; mornings < 2; mornings += 1) {
      const { value } = (await dryRunOf(world, false)) as { value?: DryRun };
      expect(value?.obstacles.map(({ message }) => message)).toEqual([
        expect.stringContaining(`The version ${version} was refused by Auth0 after it was current`),
      ]);
      expect(value?.pending).toMatchObject({ version, comesToNothing: true });
      await morning(world);
    }
    expect(await stepOf(world, "setSecret", version)).toEqual(refusal("version-unknown")); // the service tries again

    expect(world.client.live().map(({ secret }) => secret)).toEqual([credentialOf(former)]);
    expect(world.vault.labelled(PENDING)).toBeUndefined();
    expect(recordOf(world)).toMatchObject({ failures: 0, lastFailure: { version, refusal: null } });
    expect(recordOf(world)).not.toHaveProperty("held");
    const rotation = { tenant: "acme-prod", record: recordOf(world) as RotationRecord, isTended: true };
    const alerts = rotationAlerts([rotation], { owners: new Map() }, world.clock.now());
    expect(alerts.map(({ title }) => title)).toEqual(["acme-prod: the rotation of jkl came to nothing"]);
    expect(await rotationTroubles(world.table, "acme-prod")).toEqual(new Map());
    expect(world.guard.violations).toEqual([]);
  });

  it.each([
    ["on it", () => undefined, "a rotation records that, the next one brings it to its end"],
    ["taken away", (world: World) => world.vault.takePendingAway(), "a rotation brings it to its end"],
  ])("leaves what people went back to its week, with AWSPENDING %s", async (_, tidy, next) => {
    const { world } = await refusedWorld();
    moveBackByHand(world);
    tidy(world);
    const message = expect.stringContaining(`: ${next}, `);
    expect(await dryRunOf(world, false)).toMatchObject({ value: { obstacles: [{ message }] } });
    const former = world.vault.labelled(CURRENT);
    const dueMorning = async () => {
      await world.clock.run(nextMorning(world));
      const run = `${new Date(world.clock.now()).toISOString()}#run`;
      const vaultVersion = { id: world.vault.labelled(CURRENT) ?? "", at: 0, run };
      const key = { partition: `TENANT#${world.target.tenant}`, sort: `CREDENTIAL#${world.target.clientId}` };
      await world.table.put(key, { clientId: world.target.clientId, seen: { first: 0 }, vaultVersion });
      await world.clock.run(rotateDue(world, true));
    };

    for (let mornings = 0; mornings < 3; mornings += 1) await dueMorning();
    expect([world.vault.labelled(CURRENT), recordOf(world)?.underWay]).toEqual([former, undefined]);
    world.clock.pass(7 * DAY);
    await dueMorning();

    expect(world.vault.labelled(CURRENT)).not.toBe(former);
    expect(recordOf(world)).not.toHaveProperty("wentBack");
    expect(world.guard.violations).toEqual([]);
  });

  it("is finished where Auth0 accepts it after all, and the label was moved back", async () => {
    const { world, version } = await refusedWorld();
    const own = credentialOf(world.vault.read(CURRENT) ?? "");
    expect(await stepOf(world, "setSecret", version)).toEqual(refusal("current-refused"));
    moveBackByHand(world);
    setSecretByHand(world, own, false);

    await morning(world);

    expect(world.vault.labelled(CURRENT)).toBe(version);
    expect(recordOf(world)).toMatchObject({ promoted: { version } });
    expect(world.guard.violations).toEqual([]);
  });
});

it("a key that is attached once more after it was refused is promoted, also where AWSCURRENT was moved back then", async () => {
  const { world, version } = await announcedWorld(KEY);
  const before = [...(world.client.attached ?? [])];
  expect(await stepsUpTo(world, "finishSecret", version, promotionIsNotHeardOf)).toMatchObject({
    code: "vault-failed",
  });
  world.client.attach(before, "hand");
  world.clock.pass(60_000);
  expect(await stepOf(world, "finishSecret", version)).toEqual(unfinished);
  expect(await stepOf(world, "setSecret", version)).toBeUndefined();
  moveBackByHand(world);

  await world.clock.run(rotateByHand(world));

  expect([world.vault.labelled(CURRENT), recordOf(world)?.promoted?.version]).toEqual([version, version]);
  expect(world.guard.violations).toEqual([]);
});

it("a key that a person has seen work counts as promoted also where the token endpoint says nothing of it", async () => {
  const { world, version } = await announcedWorld(KEY);
  const silent = withTenant(() => ({ obtainToken: async () => ({ answer: "unknown", detail: "denied" }) }));
  expect(await stepsUpTo(world, "setSecret", version)).toBeUndefined();
  moveForwardByHand(world);

  expect(await stepsUpTo(world, "finishSecret", version, silent)).toBeUndefined();

  expect(recordOf(world)?.promoted).toMatchObject({ version });
});

it("a secret that a person told Auth0 of as well, of which nobody knows when, is as old as the vault says", async () => {
  const { world, version } = await movedWorld("client-secret");
  setSecretByHand(world, credentialOf(world.vault.read(CURRENT) ?? ""), false);
  const at = world.clock.now();
  world.clock.pass(120 * DAY);

  await world.clock.run(rotateByHand(world));

  expect(recordOf(world)?.promoted?.version).toBe(version);
  expect(datedAt(world)).toBeUndefined();
  const read = { id: version, at, run: `${new Date(world.clock.now()).toISOString()}#run` };
  const seen = { clientId: "jkl", seen: { first: 0 }, ...dated(world), vaultVersion: read };
  expect(secretAge(seen, undefined, world.clock.now())).toMatchObject({ since: at, source: "vault-version" });
});

it.each([SECRET, KEY])("a credential that is promoted once more keeps its date ($kind)", async (options) => {
  const { world, version } = await announcedWorld(options);
  const former = world.vault.labelled(CURRENT) ?? "";
  expect(await stepsUpTo(world, "createSecret", version)).toBeUndefined();
  await world.clock.run(rotateByHand(world)); // nobody takes AWSPENDING away
  const setAt = datedAt(world);
  world.clock.pass(80 * DAY);
  await care(world); // the old key goes
  moveBackByHand(world);
  world.clock.pass(DAY);
  const read = { id: former, at: 0, run: `${new Date(world.clock.now()).toISOString()}#run` };
  world.clock.pass(60_000);

  expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();

  expect(world.vault.labelled(CURRENT)).toBe(version);
  expect(recordOf(world)?.promoted?.at).toBe(dated(world)?.promotedAt);
  expect(datedAt(world)).toBe(setAt);
  // Also for the rest of the run, which has read the vault before.
  const seen = { clientId: "jkl", seen: { first: 0 }, ...dated(world), vaultVersion: read };
  expect(secretAge(seen, undefined, world.clock.now())).toMatchObject({ since: setAt, source: "rotation" });
});

it("a secret that a person told Auth0 of as well is only recorded", async () => {
  const { world, version, first } = await movedWorld("client-secret");
  world.client.setSecret(credentialOf(world.vault.read(CURRENT) ?? ""), "hand");
  const before = world.wire.calls.length;

  expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();

  expect(world.wire.calls.slice(before)).not.toContain("tenant.setSecret");
  expect(recordOf(world)).toMatchObject({ promoted: { version }, lastProof: { old: first, current: version } });
});

it("a secret that is set again in place of what a person stored is not proven by the plan of a promotion that failed", async () => {
  const { world, version } = await announcedWorld(SECRET);
  expect(await stepsUpTo(world, "finishSecret", version, promotionFails)).toMatchObject({ code: "vault-failed" });
  setSecretByHand(world, "hand", true);
  const stored = world.vault.labelled(CURRENT);
  moveForwardByHand(world);
  world.clock.pass(60_000);

  await world.clock.run(rotateByHand(world, true));

  expect(recordOf(world)).toMatchObject({ promoted: { version }, lastProof: { old: stored, current: version } });
  expect(world.guard.violations).toEqual([]);
});
