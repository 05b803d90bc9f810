import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { secretsManagerVault } from "../../lib/aws/secrets-manager-vault.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { Secret } from "../../lib/model/secret.ts";
import { PENDING } from "../../lib/rotation/ports.ts";
import type { OperationEffect } from "../../lib/sandbox/cloud/secrets-manager/faults.ts";
import { aSecretsManager } from "../support/secrets-manager.ts";

const CANARY = "cNry-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e";
const NAME = "apps/checkout/auth0";

/** A secret with a current version, and the vault before it. */
async function aVault() {
  const world = await aSecretsManager();
  const { service } = world;
  const made = service.call("CreateSecret", { Name: NAME, SecretString: `${CANARY}-current` });
  return {
    service,
    vault: secretsManagerVault(world.client),
    arn: String(made.ARN),
    current: String(made.VersionId),
    labels: () => service.call("DescribeSecret", { SecretId: NAME }).VersionIdsToStages,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** What a call rejects with; it must be ours, and hold no value. */
async function errorOf(promise: Promise<unknown>): Promise<CurfewError> {
  const error = await promise.then(
    () => new Error("resolved"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CurfewError);
  const told = error as CurfewError;
  expect(told.cause).toBeUndefined();
  expect(`${told.stack} ${told.detail}`).not.toContain(CANARY);
  return told;
}

describe("a secret is described", () => {
  test("by its name or ARN, without a value", async () => {
    await using world = await aVault();
    const expected = {
      arn: world.arn,
      name: NAME,
      rotationEnabled: false,
      versions: new Map([[world.current, ["AWSCURRENT"]]]),
    };
    expect(await world.vault.describe(NAME)).toEqual(expected);
    expect(await world.vault.describe(world.arn)).toEqual(expected);
    expect(world.service.requests.map(({ operation }) => operation)).toEqual(["DescribeSecret", "DescribeSecret"]);
  });

  test("as not found when it is not there, and as unusable when it is marked for deletion", async () => {
    await using world = await aVault();
    expect(await errorOf(world.vault.describe("gone"))).toMatchObject({ code: "not-found", retryable: false });
    world.service.call("DeleteSecret", { SecretId: NAME });
    const told = await errorOf(world.vault.describe(NAME));
    expect(told).toMatchObject({ code: "vault-failed", message: expect.stringContaining("marked for deletion") });
  });
});

describe("a version", () => {
  test("is read by its id, whatever labels it bears", async () => {
    await using world = await aVault();
    const [id, { vault, arn }] = [randomUUID(), world];
    await vault.storePending(arn, id, new Secret("next"));
    world.service.call("UpdateSecretVersionStage", {
      SecretId: NAME,
      VersionStage: PENDING,
      RemoveFromVersionId: id,
    });
    expect((await vault.read(arn, id))?.reveal()).toBe("next");
    expect((await vault.read(arn, world.current))?.reveal()).toBe(`${CANARY}-current`);
  });

  test("that is not there, or was only announced, holds nothing", async () => {
    await using withRotation = await aSecretsManager({ rotate: () => new Promise(() => undefined) });
    const vault = secretsManagerVault(withRotation.client);
    withRotation.service.call("CreateSecret", { Name: NAME, SecretString: "x" });
    const { VersionId } = withRotation.service.call("RotateSecret", { SecretId: NAME, RotationLambdaARN: "arn" });
    expect(await vault.read(NAME, String(VersionId))).toBeUndefined();
    expect(await vault.read(NAME, randomUUID())).toBeUndefined();
  });

  test("that is binary is told, not shown", async () => {
    await using world = await aVault();
    const id = randomUUID();
    const SecretBinary = Buffer.from(CANARY).toString("base64");
    world.service.call("PutSecretValue", { SecretId: NAME, ClientRequestToken: id, SecretBinary });
    expect(await errorOf(world.vault.read(NAME, id))).toMatchObject({ message: expect.stringContaining("is binary") });
  });
});

describe("a pending value", () => {
  test("is stored under AWSPENDING alone, and the same again changes nothing", async () => {
    await using world = await aVault();
    const id = randomUUID();
    for (const _ of [1, 2]) await world.vault.storePending(world.arn, id, new Secret("next"));
    expect(world.labels()).toEqual({ [world.current]: ["AWSCURRENT"], [id]: ["AWSPENDING"] });
  });

  test("never replaces another one under the same id", async () => {
    await using world = await aVault();
    const id = randomUUID();
    await world.vault.storePending(world.arn, id, new Secret(`${CANARY}-first`));
    const told = await errorOf(world.vault.storePending(world.arn, id, new Secret(`${CANARY}-second`)));
    expect(told).toMatchObject({ code: "version-taken", retryable: false, detail: id });
    expect((await world.vault.read(world.arn, id))?.reveal()).toBe(`${CANARY}-first`);
  });

  test("whose answer is lost is stored once", async () => {
    await using world = await aVault();
    const id = randomUUID();
    world.service.faults.add({ operation: "PutSecretValue", times: 1, effect: { kind: "drop", when: "after" } });
    await world.vault.storePending(world.arn, id, new Secret("next"));
    expect(world.service.requests.map(({ done }) => done)).toEqual([true, true]);
    expect(world.labels()).toMatchObject({ [id]: ["AWSPENDING"] });
  });
});

describe("promotion", () => {
  test("moves AWSCURRENT, and leaves AWSPREVIOUS behind", async () => {
    await using world = await aVault();
    const id = randomUUID();
    await world.vault.storePending(world.arn, id, new Secret("next"));
    await world.vault.promote(world.arn, id, world.current);
    expect(world.labels()).toEqual({ [world.current]: ["AWSPREVIOUS"], [id]: ["AWSPENDING", "AWSCURRENT"] });
  });

  test("whose answer is lost is found done when the SDK repeats it", async () => {
    await using world = await aVault();
    const id = randomUUID();
    await world.vault.storePending(world.arn, id, new Secret("next"));
    world.service.faults.add({
      operation: "UpdateSecretVersionStage",
      times: 1,
      effect: { kind: "drop", when: "after" },
    });
    await world.vault.promote(world.arn, id, world.current);
    expect(world.service.requests.slice(1)).toMatchObject([
      { operation: "UpdateSecretVersionStage", done: true },
      { operation: "UpdateSecretVersionStage", error: "InvalidParameterException" },
      { operation: "DescribeSecret", done: true },
    ]);
    expect(world.labels()).toMatchObject({ [world.current]: ["AWSPREVIOUS"] });
  });

  test("never takes the label from a version that somebody else made current meanwhile", async () => {
    await using world = await aVault();
    const id = randomUUID();
    await world.vault.storePending(world.arn, id, new Secret("next"));
    const { VersionId: other } = world.service.call("PutSecretValue", { SecretId: NAME, SecretString: "by hand" });
    const told = await errorOf(world.vault.promote(world.arn, id, world.current));
    expect(told).toMatchObject({ code: "vault-failed", retryable: true, detail: "current version changed" });
    expect(world.labels()).toMatchObject({ [String(other)]: ["AWSCURRENT"] });
  });
});

test("AWSPENDING is taken off a version, and taking it off again, or after a lost answer, is no error", async () => {
  await using world = await aVault();
  const id = randomUUID();
  await world.vault.storePending(world.arn, id, new Secret("next"));
  world.service.faults.add({
    operation: "UpdateSecretVersionStage",
    times: 1,
    effect: { kind: "drop", when: "after" },
  });
  await world.vault.dropPending(world.arn, id);
  await world.vault.dropPending(world.arn, id);
  expect(world.labels()).toEqual({ [world.current]: ["AWSCURRENT"] });
});

test("AWSPREVIOUS is taken off the version that bears it and off no other, and its value stays readable", async () => {
  await using world = await aVault();
  const id = randomUUID();
  await world.vault.storePending(world.arn, id, new Secret("next"));
  await world.vault.promote(world.arn, id, world.current);
  await world.vault.dropPrevious(world.arn, id);
  expect(world.labels()).toMatchObject({ [world.current]: ["AWSPREVIOUS"] });
  await world.vault.dropPrevious(world.arn, world.current);
  await world.vault.dropPrevious(world.arn, world.current);
  expect(world.labels()).toEqual({ [id]: ["AWSPENDING", "AWSCURRENT"] });
  expect(await world.vault.read(world.arn, world.current)).toBeDefined();
});

test.each([
  ["its own", { deadline: 60_000 }, undefined],
  ["the call's", {}, 60_000],
  ["the call's, which is earlier", { deadline: 7_200_000 }, 60_000],
])(
  "nothing is stored after a deadline (%s), also by a process that stood still over a retry of the SDK",
  async (_, own, given) => {
    await using world = await aSecretsManager();
    const { service } = world;
    const { VersionId } = service.call("CreateSecret", { Name: NAME, SecretString: "now" });
    let now = 0;
    const vault = secretsManagerVault(world.client, { clock: { now: () => now }, ...own });
    service.faults.add({ effect: { kind: "throttle" } });
    const stored = errorOf(vault.storePending(NAME, randomUUID(), new Secret("next"), given));
    while (service.requests.length === 0) await setImmediate();
    service.faults.clear();
    now = 3_600_000;
    expect(await stored).toMatchObject({ code: "timed-out", detail: "its time was over" });
    const moves = [
      vault.promote(NAME, "to", "from", given),
      vault.dropPending(NAME, "to", given),
      vault.dropPrevious(NAME, "to", given),
    ];
    for (const move of moves) expect(await errorOf(move)).toMatchObject({ code: "timed-out" });
    expect(service.requests).toHaveLength(1);
    expect(service.call("DescribeSecret", { SecretId: NAME }).VersionIdsToStages).toEqual({
      [String(VersionId)]: ["AWSCURRENT"],
    });
  },
);

const CALLS = {
  describe: (vault) => vault.describe(NAME),
  read: (vault) => vault.read(NAME, randomUUID()),
  store: (vault) => vault.storePending(NAME, randomUUID(), new Secret(`${CANARY}-new`)),
  promote: (vault) => vault.promote(NAME, randomUUID(), randomUUID()),
  dropPending: (vault) => vault.dropPending(NAME, randomUUID()),
  dropPrevious: (vault) => vault.dropPrevious(NAME, randomUUID()),
} satisfies Record<string, (vault: ReturnType<typeof secretsManagerVault>) => Promise<unknown>>;

const FAILURES: readonly { effect: OperationEffect; retryable: boolean }[] = [
  { effect: { kind: "throttle" }, retryable: true },
  { effect: { kind: "drop" }, retryable: true },
  { effect: { kind: "fail" }, retryable: true },
  { effect: { kind: "fail", type: "AccessDeniedException" }, retryable: false },
  { effect: { kind: "fail", type: "DecryptionFailure" }, retryable: false },
  { effect: { kind: "fail", type: "InvalidRequestException" }, retryable: false },
  { effect: { kind: "fail", type: "SomethingNew" }, retryable: false },
];

test("what Secrets Manager fails with becomes one sentence that names the action and holds no value", async () => {
  await using world = await aVault();
  for (const { effect, retryable } of FAILURES) {
    world.service.faults.clear();
    world.service.faults.add({ effect });
    for (const told of await Promise.all(Object.values(CALLS).map((call) => errorOf(call(world.vault))))) {
      expect(told).toMatchObject({ code: "vault-failed", retryable });
      expect(told.message).toMatch(new RegExp(`^The secret ${NAME} [^.]+ \\([A-Za-z]+: [A-Za-z]+\\)\\.$`));
    }
  }
  console.info(`vault: ${Object.keys(CALLS).length} calls × ${FAILURES.length} failures told`);
});
