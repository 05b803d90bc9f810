import { describe, expect, it } from "vitest";
import { adopt } from "../../../lib/rotation/by-hand/adopt.ts";
import { dryRun } from "../../../lib/rotation/by-hand/dry-run.ts";
import { findRotatable, findUnfinished, orderByHand } from "../../../lib/rotation/by-hand/order-by-hand.ts";
import { finishForward } from "../../../lib/rotation/finish-forward.ts";
import { failing, isSettled } from "../../../lib/rotation/ledger/failing.ts";
import { changeRotation } from "../../../lib/rotation/ledger/ledger.ts";
import type { CredentialKind } from "../../../lib/rotation/ledger/target.ts";
import { CURRENT, PENDING, type RotationService } from "../../../lib/rotation/ports.ts";
import { recordOf } from "../world/curfew.ts";
import { prepareKeys } from "../world/keys.ts";
import { announcedWorld, stepOf, stepsUpTo } from "../world/one-step.ts";
import { credentialOf } from "../world/payload.ts";
import { moveForwardByHand } from "../world/people.ts";
import type { World } from "../world/world.ts";

const nobody = () => Promise.reject(new Error("Nobody should ask for this."));
const service: RotationService = {
  startRotation: nobody,
  enableRotation: nobody,
  createManaged: nobody,
  tagManaged: nobody,
};

/** A rotation that somebody cancelled after these steps; with `isTidied` AWSPENDING was taken away as well. */
async function cancelled(
  last: "createSecret" | "setSecret",
  isTidied: boolean,
  kind: CredentialKind = "client-secret",
): Promise<World> {
  const options = { kind, propagation: "at once", keys: await prepareKeys(3) } as const;
  const { world, version } = await announcedWorld(options);
  expect(await stepsUpTo(world, last, version)).toBeUndefined();
  world.vault.secret.rotationEnabled = false;
  if (isTidied) world.guard.excuse();
  if (isTidied) world.vault.takePendingAway();
  return world;
}

const SWITCHES_ON = { ...service, enableRotation: async () => undefined, tagManaged: async () => undefined };

const byHand = (world: World) => ({
  vault: { ...nothing, describe: async (secret: string) => world.vault.describe(secret) },
  table: world.table,
  clock: world.clock,
  service,
  newVersion: world.newVersion,
});
const nothing = { read: nobody, storePending: nobody, promote: nobody, dropPending: nobody, dropPrevious: nobody };

const wanted = ({ target, settings, vault }: World) => ({ ...settings, ...target, secret: vault.secret.name });

const request = ({ target, settings }: World) => ({
  ...{ tenant: target.tenant, clientId: target.clientId, domain: settings.domain },
  ...{ secret: target.arn, kind: target.kind, allowHs256: false },
});

describe.each([
  ["cancelled", false],
  ["cancelled, its label taken away as AWS advises", true],
])("a rotation that was %s after Auth0 was told", (_, isTidied) => {
  it("is finished by hand", async () => {
    const world = await cancelled("setSecret", isTidied);
    const parts = byHand(world);

    const { version, by } = await orderByHand(await findRotatable(parts, wanted(world)), false, parts);
    expect(by).toBe("here");
    await world.clock.run(
      world.run("by hand", 600_000, ({ killedAt }, whole) => finishForward(world.target, version, killedAt, whole)),
    );

    expect(world.vault.labelled(CURRENT)).toBe(version);
    expect(world.guard.violations).toEqual([]);
  });

  it("is not adopted, and nobody is advised to touch the labels", async () => {
    const world = await cancelled("setSecret", isTidied);
    const adopting = adopt(request(world), { ...byHand(world), client: undefined as never, presentValue: nobody });
    await expect(adopting).rejects.toThrow("finish it with npx curfew rotate --tenant acme-prod --client");
  });
});

it.each([
  ["client", { clientId: "other" }, "give each credential a secret of its own"],
  ["tenant", { tenant: "other" }, "give each credential a secret of its own"],
  ["kind", { kind: "private-key" as const }, "correct kind there"],
])(
  "a secret that is on record with another %s is refused before anything is looked at or ordered",
  async (_, other, whatToDo) => {
    const world = await cancelled("setSecret", false);
    const before = recordOf(world);

    const find = findRotatable(byHand(world), { ...wanted(world), ...other });

    await expect(find).rejects.toMatchObject({
      detail: "not-configured",
      message: expect.stringMatching(
        new RegExp(`is the client-secret of ${world.target.clientId} in acme-prod already, .*; ${whatToDo}`),
      ),
    });
    expect(recordOf(world)).toEqual(before);
  },
);

describe("a rotation that was cancelled before Auth0 was told", () => {
  it("goes on where a person made its version current: who reads that is refused", async () => {
    const world = await cancelled("createSecret", false);
    moveForwardByHand(world);

    const hanging = world.vault.labelled(CURRENT);
    expect(await findRotatable(byHand(world), wanted(world))).toMatchObject({ hanging });
    expect(await dryRunOf(world)).toMatchObject({ ended: "done", value: { obstacles: [] } });
  });

  it("is refused by hand, since Secrets Manager has rotation switched off", async () => {
    const world = await cancelled("createSecret", false);
    await expect(findRotatable(byHand(world), wanted(world))).rejects.toMatchObject({ detail: "rotation-disabled" });
  });

  const adopting = (world: World) =>
    world.clock.run(
      world.run("adopt", 600_000, async (_, { vault, table, tenant }) => {
        const parts = { ...byHand(world), service: SWITCHES_ON, vault, table, presentValue: nobody };
        return adopt(request(world), { ...parts, client: await tenant(world.target) });
      }),
    );

  it("is adopted once its label is gone, which it says how to do, and nothing of it is left then", async () => {
    const world = await cancelled("createSecret", false);
    const version = world.vault.labelled(PENDING) ?? "";
    const byAudit = await stepOf(world, "createSecret", version);
    expect(recordOf(world)?.lastFailure).toMatchObject({ refusal: "rotation-disabled" });

    expect(byAudit).toMatchObject({ detail: "rotation-disabled" });
    expect(await adopting(world)).toMatchObject({
      error: {
        code: "arguments-invalid",
        message: expect.stringContaining(`--version-stage AWSPENDING --remove-from-version-id ${version})`),
      },
    });
    world.vault.takePendingAway();
    expect(await adopting(world)).toMatchObject({ value: { switchedOn: true } });
    const record = recordOf(world);
    expect(record && isSettled(record)).toBe(true);
    expect(record && [failing(record), record.underWay]).toEqual([undefined, undefined]);
  });

  it("is looked into by a person where Curfew did not store what is pending", async () => {
    const world = await cancelled("createSecret", false);
    await changeRotation(world.table, world.target, ({ underWay: _, ...record }) => record);

    expect(await adopting(world)).toMatchObject({
      error: { message: expect.stringMatching(/Find out which value Auth0 accepts: .* AWSPENDING .* AWSCURRENT /) },
    });
  });
});

it("a rotation that Secrets Manager began meanwhile is ordered in the stead of a new one", async () => {
  const world = await cancelled("createSecret", false);
  const pending = world.vault.labelled(PENDING) ?? "";
  const startRotation = async () => ({ outcome: "in-progress" as const, version: pending });
  const parts = { ...byHand(world), service: { ...service, startRotation } };

  const ordered = await orderByHand({ target: world.target, hanging: undefined }, true, parts);

  expect(ordered).toMatchObject({ version: pending, by: "here" });
  expect(recordOf(world)?.order).toMatchObject({ version: pending, by: "person", overwrite: true });
});

describe("a key whose predecessor stays for its overlap", () => {
  it("is not ordered to be rotated: there is no place for a third", async () => {
    const options = { kind: "private-key", propagation: "at once", keys: await prepareKeys(3) } as const;
    const { world, version } = await announcedWorld(options);
    expect(await stepsUpTo(world, "finishSecret", version)).toBeUndefined();
    const find = () => findRotatable(byHand(world), wanted(world));

    const unfinished = { hanging: undefined, record: { promoted: { version } } };
    await expect(findUnfinished(byHand(world), wanted(world))).resolves.toMatchObject(unfinished);

    await expect(find()).rejects.toMatchObject({
      code: "rotation-unfinished",
      message: expect.stringMatching(/until the first audit after \d{4}-\d\d-\d\d \d\d:\d\d UTC, and/),
    });
    await world.clock.run(world.clock.sleep(86_400_000));
    await expect(find()).resolves.toMatchObject({ hanging: undefined });
  });
});

const dryRunOf = (world: World, clientId = world.target.clientId, missing: string[] = []) =>
  world.clock.run(
    world.run("dry run", 600_000, (_, parts) =>
      dryRun(
        { settings: { ...world.settings, clientId }, secret: world.vault.secret.name, overwrite: false },
        {
          ...parts,
          tenant: async () => ({ ...(await parts.tenant(world.target)), missingScopes: async () => missing }),
        },
      ),
    ),
  );

it.each([
  ["nothing was begun", "resting"],
  ["Auth0 was to be told", "createSecret"],
  ["Auth0 was told", "setSecret"],
] as const)("a dry run finds in its way what the rotator lacks, if Auth0 is still to be told (%s)", async (_, last) => {
  const world = await cancelled(last === "resting" ? "createSecret" : last, false);
  world.vault.secret.rotationEnabled = true;
  if (last === "resting") {
    world.vault.takePendingAway();
    await changeRotation(world.table, world.target, ({ underWay: _, ...record }) => record);
  }

  const { clientId } = world.target;
  const ending = await dryRunOf(world, clientId, ["update:client_keys"]);

  const codes = ending.ended === "done" && ending.value.obstacles.map(({ code }) => code);
  expect(codes).toEqual(last === "setSecret" ? [] : ["missing-scope"]);
});

describe.each(["client-secret", "private-key"] as const)("a dry run where Auth0 was told of a version (%s)", (kind) => {
  it.each([
    [false, false],
    [true, false],
    [true, true],
  ])(
    "finds nothing in the way that would be finished (its label gone: %s, another begun: %s)",
    async (isTidied, isBegun) => {
      const world = await cancelled("setSecret", isTidied, kind);
      const told = recordOf(world)?.underWay?.version;
      if (isBegun) world.vault.announce(world.newVersion());

      expect(await dryRunOf(world)).toMatchObject({
        value: { obstacles: [], pending: { version: told, value: "accepted" } },
      });
      expect(await findRotatable(byHand(world), wanted(world))).toMatchObject({ hanging: told });
    },
  );

  it("says so where it lost its label and is not accepted: nothing is rotated to it", async () => {
    const world = await cancelled("createSecret", true, kind);
    world.vault.secret.rotationEnabled = true;
    const { version = "", startedAt = 0 } = recordOf(world)?.underWay ?? {};
    const underWay = { version, startedAt, setAt: startedAt };
    await changeRotation(world.table, world.target, (record) => ({ ...record, underWay }));

    expect(await dryRunOf(world)).toMatchObject({
      value: {
        obstacles: [{ refusal: null, message: expect.stringContaining(`${version} lost its label`) }],
        pending: { version, value: "refused" },
      },
    });
  });
});

it.each([
  [false, "refused"],
  [true, "accepted"],
])(
  "a dry run says which version is replaced by one that is current too early (Auth0 told by hand: %s)",
  async (isSet, value) => {
    const world = await cancelled("createSecret", false);
    const former = world.vault.labelled(CURRENT);
    moveForwardByHand(world);
    if (isSet) world.client.setSecret(credentialOf(world.vault.read(CURRENT) ?? ""), "hand");

    expect(await dryRunOf(world)).toMatchObject({
      value: {
        obstacles: [],
        stored: isSet ? "refused" : "accepted",
        pending: { version: world.vault.labelled(CURRENT), former, value },
      },
    });
  },
);

it("a dry run says of an older version that somebody labelled that nothing is rotated to it", async () => {
  const world = await cancelled("createSecret", false);
  world.vault.secret.rotationEnabled = true;
  await changeRotation(world.table, world.target, ({ underWay: _, ...record }) => record);

  expect(await dryRunOf(world)).toMatchObject({
    value: { obstacles: [{ message: expect.stringContaining("is an older one") }] },
  });
});

it.each([
  ["what hangs is dropped", "hangs", "fields-changed"],
  ["what hangs stays where Auth0 refuses what is current", "hand-set", "current-refused"],
  ["what somebody has told Auth0 of is finished", "set", undefined],
  ["what a person made current meanwhile is not", "early", undefined],
  ["an older one comes to its end, whatever it holds", "older", undefined],
])(
  "a dry run says what becomes of a version since which somebody changed another field: %s",
  async (_, how, refused) => {
    const world = await cancelled("createSecret", false);
    world.vault.secret.rotationEnabled = true;
    const [value = "", pending = ""] = [CURRENT, PENDING].map((label) => world.vault.read(label));
    world.vault.putByHand(
      world.newVersion(),
      JSON.stringify({ ...JSON.parse(value), apiUrl: "https://canary.example" }),
    );
    if (how === "hand-set") world.client.setSecret("another one", "hand");
    if (how === "set") world.client.setSecret(credentialOf(pending), "hand");
    if (how === "early") moveForwardByHand(world);
    if (how === "older") await changeRotation(world.table, world.target, ({ underWay: _, ...record }) => record);

    const ending = await dryRunOf(world);

    const obstacles = ending.ended === "done" ? ending.value.obstacles : [];
    expect(obstacles.map(({ refusal }) => refusal ?? undefined)).toEqual(refused || how === "older" ? [refused] : []);
    const isDropped = refused === "fields-changed";
    expect(obstacles.some(({ message }) => message.includes("(apiUrl)"))).toBe(isDropped);
    const comesToNothing = isDropped || how === "older";
    expect(ending).toMatchObject({ value: { pending: { comesToNothing } } });
  },
);

it("a dry run finds in its way that the secret is another client's, as an order by hand would", async () => {
  const { world } = await announcedWorld({ kind: "client-secret", propagation: "at once", keys: await prepareKeys(1) });

  const [own, others] = [await dryRunOf(world), await dryRunOf(world, "mno")].map((ending) =>
    ending.ended === "done" ? ending.value.obstacles.map(({ refusal }) => refusal) : ending.ended,
  );

  expect(own).toEqual([]);
  expect(others).toContain("not-configured");
});
