import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type SecretsManagerOptions,
  startSecretsManager,
} from "../../../lib/sandbox/cloud/secrets-manager/start-secrets-manager.ts";
import { createSandboxClock } from "../../../lib/sandbox/sandbox-clock.ts";

const DAY = 86_400_000;

/** A running fake and a real client for it; `attempts` is how often the client tries. */
async function aFake(options: SecretsManagerOptions = {}, attempts = 1) {
  const fake = await startSecretsManager(options);
  const client = new SecretsManagerClient({
    endpoint: fake.origin,
    region: "us-east-1",
    credentials: { accessKeyId: "sandbox", secretAccessKey: "sandbox" },
    maxAttempts: attempts,
    requestHandler: { requestTimeout: 300, throwOnRequestTimeout: true },
  });
  return { fake, client, [Symbol.asyncDispose]: () => fake.close() };
}

const read = (SecretId: string) => new GetSecretValueCommand({ SecretId });
const put = (SecretId: string, SecretString: string) => new PutSecretValueCommand({ SecretId, SecretString });
const token = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

describe("faults of the Secrets Manager fake", () => {
  it("strike one operation, a number of times, after letting some pass", async () => {
    await using world = await aFake();
    world.fake.call("CreateSecret", { Name: "s", SecretString: "one" });
    const effect = { kind: "fail", type: "DecryptionFailure" } as const;
    world.fake.faults.add({ operation: "GetSecretValue", skip: 1, times: 2, effect });
    const outcomes: string[] = [];
    for (let index = 0; index < 4; index++) {
      outcomes.push(
        await world.client.send(read("s")).then(
          () => "value",
          (error: Error) => error.name,
        ),
      );
    }
    expect(outcomes).toEqual(["value", "DecryptionFailure", "DecryptionFailure", "value"]);
    await expect(world.client.send(new DescribeSecretCommand({ SecretId: "s" }))).resolves.toMatchObject({ Name: "s" });
  });

  it.each([
    { title: "a failure before the effect", effect: { kind: "fail" }, stored: "one" },
    { title: "a failure after the effect", effect: { kind: "fail", when: "after" }, stored: "two" },
    { title: "throttling", effect: { kind: "throttle" }, stored: "one" },
    { title: "a lost request", effect: { kind: "drop" }, stored: "one" },
    { title: "a lost answer", effect: { kind: "drop", when: "after" }, stored: "two" },
    { title: "silence before the effect", effect: { kind: "hang" }, stored: "one" },
    { title: "silence after the effect", effect: { kind: "hang", when: "after" }, stored: "two" },
  ] as const)("$title leaves $stored in the vault", async ({ effect, stored }) => {
    await using world = await aFake();
    world.fake.call("CreateSecret", { Name: "s", SecretString: "one" });
    world.fake.faults.add({ operation: "PutSecretValue", effect });
    await expect(world.client.send(put("s", "two"))).rejects.toThrow();
    expect(world.fake.call("GetSecretValue", { SecretId: "s" })).toMatchObject({ SecretString: stored });
    expect(world.fake.requests.map(({ operation, done }) => [operation, done])).toEqual([
      ["PutSecretValue", stored === "two"],
    ]);
  });

  it("are overcome by the SDK's own retries, which send the same token again", async () => {
    await using world = await aFake({}, 3);
    world.fake.call("CreateSecret", { Name: "s", SecretString: "one" });
    world.fake.faults.add({ operation: "PutSecretValue", times: 1, effect: { kind: "drop", when: "after" } });
    await world.client.send(put("s", "two"));
    const versions = await world.client.send(
      new ListSecretVersionIdsCommand({ SecretId: "s", IncludeDeprecated: true }),
    );
    expect(versions.Versions).toHaveLength(2);
  });
});

describe("the Secrets Manager fake", () => {
  it("refuses operations that it does not know", async () => {
    await using world = await aFake();
    const headers = { "x-amz-target": "secretsmanager.GetRandomPassword" };
    const answer = await fetch(world.fake.origin, { method: "POST", headers, body: "{}" });
    expect([answer.status, await answer.json()]).toEqual([400, { __type: "UnknownOperationException" }]);
  });

  it("dates versions by its clock and removes a secret when its recovery window has ended", async () => {
    const clock = createSandboxClock();
    clock.set(Date.UTC(2026, 0, 1));
    await using world = await aFake({ clock });
    await world.client.send(new CreateSecretCommand({ Name: "s", SecretString: "one" }));
    clock.advance(10 * DAY);
    await world.client.send(put("s", "two"));
    const { Versions = [] } = await world.client.send(new ListSecretVersionIdsCommand({ SecretId: "s" }));
    expect(Versions.map(({ CreatedDate }) => CreatedDate?.toISOString().slice(0, 10))).toEqual([
      "2026-01-01",
      "2026-01-11",
    ]);
    world.fake.call("DeleteSecret", { SecretId: "s", RecoveryWindowInDays: 7 });
    clock.advance(6.9 * DAY);
    await expect(world.client.send(read("s"))).rejects.toMatchObject({ name: "InvalidRequestException" });
    clock.advance(0.2 * DAY);
    await expect(world.client.send(read("s"))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("keeps a hundred versions, and never thins out one that is young or labelled", async () => {
    const clock = createSandboxClock();
    await using world = await aFake({ clock });
    const { fake } = world;
    fake.call("CreateSecret", { Name: "s", SecretString: "first" });
    fake.call("UpdateSecretVersionStage", { SecretId: "s", VersionStage: "KEPT", MoveToVersionId: currentId(fake) });
    for (let index = 0; index < 120; index++) fake.call("PutSecretValue", { SecretId: "s", SecretString: `${index}` });
    expect(versionCount(fake)).toBe(121);
    clock.advance(2 * DAY);
    fake.call("PutSecretValue", { SecretId: "s", SecretString: "last" });
    expect(versionCount(fake)).toBe(100);
    expect(fake.call("GetSecretValue", { SecretId: "s", VersionStage: "KEPT" })).toMatchObject({
      SecretString: "first",
    });
  });

  it("does not mention values in what it remembers, nor in refusals", async () => {
    await using world = await aFake();
    const canary = "canary-".repeat(10_000);
    const refusal = await world.client.send(put("s", canary)).catch((error: Error) => error.message);
    await world.client.send(new CreateSecretCommand({ Name: "s", SecretString: "canary" }));
    const list = await world.client.send(new ListSecretsCommand({}));
    expect(JSON.stringify([refusal, world.fake.requests, list])).not.toContain("canary");
  });

  it("keeps its promises about labels, whatever is done in whatever order", async () => {
    const label = fc.constantFrom("AWSCURRENT", "AWSPENDING", "HELD");
    const id = fc.integer({ min: 0, max: 4 }).map(token);
    const step = fc.oneof(
      fc.record({ op: fc.constant("PutSecretValue"), ClientRequestToken: id, SecretString: fc.constantFrom("a", "b"), VersionStages: fc.uniqueArray(label, { minLength: 1 }) }), // biome-ignore format: one operation a line
      fc.record({ op: fc.constant("UpdateSecretVersionStage"), VersionStage: label, MoveToVersionId: id, RemoveFromVersionId: id }), // biome-ignore format: one operation a line
      fc.record({ op: fc.constant("UpdateSecret"), ClientRequestToken: id, SecretString: fc.constantFrom("a", "b") }),
    );
    await using world = await aFake();
    let number = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const SecretId = `s-${number++}`;
        world.fake.call("CreateSecret", { Name: SecretId, SecretString: "first" });
        for (const { op, ...input } of steps) checkStep(world.fake, SecretId, op, input);
      }),
    );
    expect(number).toBeGreaterThan(50);
  });
});

type Fake = Awaited<ReturnType<typeof startSecretsManager>>;

/** Does one step, and sees that values never change, each label is on one version, and the previous one follows. */
function checkStep(fake: Fake, SecretId: string, operation: string, input: object): void {
  const before = snapshot(fake, SecretId);
  const failed = refuses(() => fake.call(operation, { SecretId, ...input }));
  const after = snapshot(fake, SecretId);
  if (failed && JSON.stringify(after) !== JSON.stringify(before))
    throw new Error("A refused request changed something.");
  for (const [version, value] of Object.entries(before.values)) {
    if (after.values[version] !== value) throw new Error("The value of a version changed.");
  }
  const labels = Object.values(after.stages).flat();
  if (new Set(labels).size !== labels.length) throw new Error("A label is on two versions.");
  const [was, is] = [holder(before.stages, "AWSCURRENT"), holder(after.stages, "AWSCURRENT")];
  if (is === undefined) throw new Error("No version is current.");
  if (was !== is && holder(after.stages, "AWSPREVIOUS") !== was) throw new Error("The version before is not previous.");
}

function refuses(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if ((error as Error).name === "ServiceError") return true;
    throw error;
  }
}

function snapshot(fake: Fake, SecretId: string) {
  const { Versions } = fake.call("ListSecretVersionIds", { SecretId, IncludeDeprecated: true });
  const versions = Versions as { VersionId: string; VersionStages?: string[] }[];
  const value = (VersionId: string) => fake.call("GetSecretValue", { SecretId, VersionId }).SecretString;
  return {
    stages: Object.fromEntries(versions.map(({ VersionId, VersionStages = [] }) => [VersionId, VersionStages])),
    values: Object.fromEntries(versions.map(({ VersionId }) => [VersionId, value(VersionId)])),
  };
}

const holder = (stages: Record<string, string[]>, label: string) =>
  Object.keys(stages).find((version) => stages[version]?.includes(label));

const currentId = (fake: Fake) => fake.call("GetSecretValue", { SecretId: "s" }).VersionId;

/** Counts page by page. */
function versionCount(fake: Fake, NextToken?: unknown): number {
  const input = { SecretId: "s", IncludeDeprecated: true, ...(NextToken === undefined ? {} : { NextToken }) };
  const page = fake.call("ListSecretVersionIds", input);
  const count = (page.Versions as unknown[]).length;
  return page.NextToken === undefined ? count : count + versionCount(fake, page.NextToken);
}
