import { describe, expect, it } from "vitest";
import { runAftercare } from "../../lib/rotation/aftercare/aftercare.ts";
import type { KnownCredential } from "../../lib/rotation/credentials/known-credentials.ts";
import type { VersionId } from "../../lib/rotation/ports.ts";
import { rotateOne } from "../../lib/rotation/schedule/rotate-one.ts";
import { KEY, KEYS, orderedBy, refusal, SECRET, unfinished } from "./steps/a-step.ts";
import { recordOf } from "./world/curfew.ts";
import { announcedWorld, stepOf, stepsUpTo, withTenant } from "./world/one-step.ts";
import { leaveKeyByHand, setSecretByHand } from "./world/people.ts";
import type { World } from "./world/world.ts";

const DAY = 86_400_000;

const CHANGES = [
  "vault.storePending",
  "vault.promote",
  "vault.dropPending",
  "tenant.setSecret",
  "tenant.registerKey",
  "tenant.attachKeys",
  "tenant.deleteKey",
];

/** Every change outside of the table, with the call before it. */
const changesOf = ({ wire }: World): (readonly [string, string | undefined])[] =>
  wire.calls.flatMap((call, index) => (CHANGES.includes(call) ? [[call, wire.calls[index - 1]] as const] : []));

describe("nothing is changed without a look at the lease", () => {
  it("of a client secret, nor of a label that is left", async () => {
    const { world, version } = await announcedWorld(SECRET);
    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    setSecretByHand(world, "hand".padEnd(64, "-"), true);
    world.clock.pass(DAY);
    expect(await stepOf(world, "createSecret", version)).toBeUndefined();

    const changes = changesOf(world);
    expect(changes.map(([change]) => change)).toEqual([
      "vault.storePending",
      "tenant.setSecret",
      "vault.promote",
      "vault.dropPending",
    ]);
    expect(new Set(changes.map(([, before]) => before))).toEqual(new Set(["table.get LEASE"]));
  });

  it("of a key, nor of one that is left or old", async () => {
    const { world, version } = await announcedWorld(KEY);
    const [leftover] = KEYS.slice(-1);
    if (leftover) leaveKeyByHand(world, leftover);
    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    world.clock.pass(DAY);
    await world.clock.run(
      world.run("aftercare", 600_000, ({ killedAt }, parts) => runAftercare(world.target, killedAt, parts)),
    );

    const changes = changesOf(world);
    expect(changes.map(([change]) => change)).toEqual([
      "vault.storePending",
      "tenant.deleteKey",
      "tenant.registerKey",
      "tenant.attachKeys",
      "vault.promote",
      "tenant.attachKeys",
      "tenant.deleteKey",
    ]);
    expect(new Set(changes.map(([, before]) => before))).toEqual(new Set(["table.get LEASE"]));
  });
});

describe("a version that lost its label while Auth0 was to be told of its key", () => {
  it.each([
    ["registered", 1, 1],
    ["attached", 2, 2],
  ])("is not %s", async (_, look, registered) => {
    const { world, version } = await announcedWorld(KEY);
    await stepOf(world, "createSecret", version);
    let looks = 0;
    const tidied = withTenant((tenant) => ({
      client: async () => {
        looks += 1; // before registering, and before attaching
        if (looks === look) world.guard.excuse();
        if (looks === look) world.vault.takePendingAway();
        return tenant.client();
      },
    }));

    expect(await stepOf(world, "setSecret", version, tidied)).toEqual(refusal("version-unknown"));
    expect(world.client.registered).toHaveLength(registered);
    expect(world.client.attached).toHaveLength(1);
  });

  it("is not told at all where somebody took the second place since it was made", async () => {
    const { world, version } = await announcedWorld(KEY);
    await stepOf(world, "createSecret", version);
    const [other] = KEYS.slice(-1);
    if (other) leaveKeyByHand(world, other);
    const referencedKeys = world.client.registered.map(({ id }) => id);
    Object.assign(world.client.settings, { referencedKeys });

    expect(await stepOf(world, "setSecret", version)).toEqual(refusal("no-place"));
    expect(recordOf(world)?.underWay).not.toHaveProperty("setAt");
  });
});

it("which of several attached keys is the old one is not guessed", async () => {
  const { world, version } = await announcedWorld({ ...KEY, form: "plain" });
  const initial = [...world.vault.secret.versions.values()][0];
  const { kid: _, ...unnamed } = JSON.parse(initial?.value ?? "{}") as Record<string, unknown>;
  if (initial) initial.value = JSON.stringify(unnamed);
  const accepting = withTenant((tenant) => ({
    probe: async () => ({ answer: "accepted" }),
    obtainToken: async () => ({ answer: "accepted" }),
    client: tenant.client,
  }));
  expect(await stepsUpTo(world, "testSecret", version, accepting)).toBeUndefined();
  const third = withTenant((tenant) => ({
    probe: async () => ({ answer: "accepted" }),
    obtainToken: async () => ({ answer: "accepted" }),
    keys: async () => [...(await tenant.keys()), { id: "cred_third", kid: "third", name: undefined }],
    client: async () => {
      const client = await tenant.client();
      return client && { ...client, attachedKeys: [...(client.attachedKeys ?? []), "cred_third"] };
    },
  }));

  expect(await stepOf(world, "finishSecret", version, third)).toBeUndefined();
  expect(recordOf(world)?.aftercare[0]).not.toHaveProperty("oldKey");
});

it("a version that lost its label is not given up while Auth0 does not say whether it is live", async () => {
  const { world, version } = await announcedWorld(SECRET);
  await stepsUpTo(world, "setSecret", version);
  world.guard.excuse();
  world.vault.takePendingAway();
  const silent = withTenant(() => ({ probe: async () => ({ answer: "unknown", detail: "no answer" }) }));

  expect(await stepOf(world, "createSecret", version, silent)).toEqual(unfinished);
  expect(recordOf(world)?.underWay).toMatchObject({ version, setAt: expect.any(Number) });
});

it("a secret is set only as long as it is fresh knowledge that the stored one is in use", async () => {
  const { world, version } = await announcedWorld(SECRET);
  await stepOf(world, "createSecret", version);
  const given: number[] = [];
  const watched = withTenant((tenant) => ({
    setSecret: async (secret, notAfter) => {
      given.push(notAfter - world.clock.now());
      await tenant.setSecret(secret, notAfter);
    },
  }));

  expect(await stepOf(world, "setSecret", version, watched)).toBeUndefined();
  expect(given).toHaveLength(1);
  expect(given[0]).toBeLessThanOrEqual(45_000);
});

it("that a version is made is on record before Auth0 hears of it", async () => {
  const { world, version } = await announcedWorld(SECRET);
  await stepOf(world, "createSecret", version);

  expect(recordOf(world)?.underWay).toEqual({ version, startedAt: expect.any(Number) });
});

describe("a run that comes to a credential", () => {
  const RUN = { id: "run-1", startedAt: "2026-11-25T06:00:00.000Z" };

  /** Begins a rotation in the name of a run that saw nothing of what is going on. */
  async function begin(world: World, version: VersionId): Promise<unknown> {
    const credential: KnownCredential = {
      ...{ ...world.settings, secret: world.vault.secret.name, maxAge: 1, hasRotator: true },
      ...{ age: undefined, stored: undefined, isMissing: false, rotation: undefined },
    };
    const startRotation = () => Promise.reject(new Error("Nobody should begin it."));
    const ending = await world.clock.run(
      world.run("rotate-due", 600_000, ({ killedAt }, parts) =>
        rotateOne(credential, RUN, killedAt, parts, { startRotation }),
      ),
    );
    expect(world.vault.labelled("AWSPENDING")).toBe(version);
    return ending.ended === "failed" ? ending.error : ending;
  }

  it("begins nothing beside what somebody has begun since, and records that", async () => {
    const { world, version } = await announcedWorld(SECRET);

    expect(await begin(world, version)).toMatchObject({ code: "rotation-busy" });
    expect(recordOf(world)).toMatchObject({ failures: 0, lastFailure: { code: "rotation-busy" } });
  });

  it("does not take the place of an order that is a moment old", async () => {
    const { world, version } = await announcedWorld(SECRET);
    await orderedBy(world, version, "person");

    expect(await begin(world, version)).toMatchObject({ code: "rotation-busy" });
    expect(recordOf(world)?.order).toMatchObject({ version, by: "person" });
  });
});
