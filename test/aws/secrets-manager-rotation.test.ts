import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { secretsManagerRotation } from "../../lib/aws/secrets-manager-rotation.ts";
import { Secret } from "../../lib/model/secret.ts";
import type { RotationFunction } from "../../lib/sandbox/cloud/secrets-manager/rotations.ts";
import { aSecretsManager } from "../support/secrets-manager.ts";

const CANARY = "cNry-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e";
const NAME = "apps/checkout/auth0";
const FUNCTION = "arn:aws:lambda:eu-central-1:000000000000:function:curfew-rotate-secret";

const neverDone: RotationFunction = () => new Promise(() => undefined);

/** A secret whose rotation function is `rotate`. */
async function aService(rotate: RotationFunction = neverDone) {
  const world = await aSecretsManager({ rotate, rotationAttempts: 1 });
  const { service } = world;
  const { ARN } = service.call("CreateSecret", { Name: NAME, SecretString: CANARY });
  const described = () => service.call("DescribeSecret", { SecretId: NAME });
  return {
    service,
    rotation: secretsManagerRotation(world.client),
    arn: String(ARN),
    described,
    labels: () => described().VersionIdsToStages as Record<string, string[]>,
    /** Rotation is on, and its test is over. */
    enabled: async () => {
      service.call("RotateSecret", { SecretId: NAME, RotationLambdaARN: FUNCTION, RotateImmediately: false });
      await service.rotations.settled();
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

describe("rotation is switched on", () => {
  test("without rotating, at the longest interval, and may be switched on again", async () => {
    const steps: string[] = [];
    await using world = await aService(async ({ Step }) => void steps.push(Step));
    for (const _ of [1, 2]) {
      await world.rotation.enableRotation(world.arn, FUNCTION);
      await world.service.rotations.settled();
    }
    expect(steps).toEqual(["testSecret", "testSecret"]);
    expect(world.described()).toMatchObject({
      RotationEnabled: true,
      RotationLambdaARN: FUNCTION,
      RotationRules: { AutomaticallyAfterDays: 1000 },
    });
    expect(Object.values(world.labels())).toEqual([["AWSCURRENT"]]);
  });

  test("not while a rotation hangs, and says so", async () => {
    await using world = await aService();
    world.service.call("RotateSecret", { SecretId: NAME, RotationLambdaARN: FUNCTION });
    await expect(world.rotation.enableRotation(world.arn, FUNCTION)).rejects.toMatchObject({
      code: "vault-failed",
      retryable: true,
      message: expect.stringContaining("finish it first"),
    });
  });
});

describe("a rotation is started", () => {
  const passes = async () => undefined;

  test("for the version that was chosen, and asking again changes nothing", async () => {
    const events: string[] = [];
    await using world = await aService(({ Step, ClientRequestToken }) => {
      events.push(`${Step} ${ClientRequestToken}`);
      return Step === "testSecret" ? passes() : neverDone({} as never, "");
    });
    await world.enabled();
    const version = randomUUID();
    for (const _ of [1, 2])
      expect(await world.rotation.startRotation(world.arn, version)).toEqual({ outcome: "started" });
    expect(world.labels()).toMatchObject({ [version]: ["AWSPENDING"] });
    expect(events.slice(1)).toEqual([`createSecret ${version}`]);
  });

  test("also when the answer is lost", async () => {
    await using world = await aService(passes);
    await world.enabled();
    world.service.faults.add({ operation: "RotateSecret", times: 1, effect: { kind: "drop", when: "after" } });
    const version = randomUUID();
    expect(await world.rotation.startRotation(world.arn, version)).toEqual({ outcome: "started" });
  });

  test("not where it is done already: a version that is current was rotated to", async () => {
    await using world = await aService(passes);
    await world.enabled();
    const [version = ""] = Object.keys(world.labels());
    expect(await world.rotation.startRotation(world.arn, version)).toEqual({ outcome: "started" });
    expect(world.service.rotations.reports.filter(({ kind }) => kind === "rotation")).toEqual([]);
  });

  test("not while another version is pending, and says which", async () => {
    await using world = await aService(async ({ Step }) => {
      if (Step !== "testSecret") throw new Error("stuck");
    });
    await world.enabled();
    const hanging = randomUUID();
    await world.rotation.startRotation(world.arn, hanging);
    await world.service.rotations.settled();
    const answer = await world.rotation.startRotation(world.arn, randomUUID());
    expect(answer).toEqual({ outcome: "in-progress", version: hanging });
  });

  test("not without a rotation function", async () => {
    await using world = await aService();
    await expect(world.rotation.startRotation(world.arn, randomUUID())).rejects.toMatchObject({
      code: "vault-failed",
      message: expect.stringContaining("check that a rotation function is set"),
    });
    // Nothing is under way where the label sits on the current version.
    const [current = ""] = Object.keys(world.labels());
    const label = { VersionStage: "AWSPENDING", MoveToVersionId: current };
    world.service.call("UpdateSecretVersionStage", { SecretId: NAME, ...label });
    await expect(world.rotation.startRotation(world.arn, randomUUID())).rejects.toMatchObject({ code: "vault-failed" });
    await expect(world.rotation.startRotation("gone", randomUUID())).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("a secret under Curfew's care", () => {
  const tags = (described: Record<string, unknown>) => described.Tags;

  test("is created with its tag, and the same again is the same secret", async () => {
    await using world = await aService();
    const [id, value] = [randomUUID(), new Secret(JSON.stringify({ clientSecret: CANARY }))];
    const arn = await world.rotation.createManaged("apps/new", id, value);
    expect(await world.rotation.createManaged("apps/new", id, value)).toBe(arn);
    expect(world.service.call("GetSecretValue", { SecretId: arn })).toMatchObject({
      VersionId: id,
      SecretString: value.reveal(),
    });
    expect(tags(world.service.call("DescribeSecret", { SecretId: arn }))).toEqual([
      { Key: "curfew:managed", Value: "true" },
    ]);
  });

  test("is not created over one that exists, and no value is told", async () => {
    await using world = await aService();
    const told = world.rotation.createManaged(NAME, randomUUID(), new Secret(`${CANARY}-other`));
    await expect(told).rejects.toMatchObject({ code: "vault-failed", detail: "ResourceExistsException" });
    await expect(told).rejects.not.toThrow(CANARY);
  });

  test("is one that existed and was tagged", async () => {
    await using world = await aService();
    for (const _ of [1, 2]) await world.rotation.tagManaged(world.arn);
    expect(tags(world.described())).toEqual([{ Key: "curfew:managed", Value: "true" }]);
  });
});
