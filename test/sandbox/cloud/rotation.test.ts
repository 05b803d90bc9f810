import { describe, expect, it } from "vitest";
import type { Clock } from "../../../lib/model/clock.ts";
import type { RotationEvent, RotationFunction } from "../../../lib/sandbox/cloud/secrets-manager/rotations.ts";
import {
  type SecretsManager,
  startSecretsManager,
} from "../../../lib/sandbox/cloud/secrets-manager/start-secrets-manager.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:rotate";

/** A rotation function as AWS's own template has it: get before put, and promotion by label. */
function exemplary(vault: () => SecretsManager): RotationFunction {
  return async ({ Step, SecretId, ClientRequestToken }: RotationEvent) => {
    if (Step === "createSecret") {
      const input = { SecretId, ClientRequestToken, SecretString: "new", VersionStages: ["AWSPENDING"] };
      vault().call("PutSecretValue", input);
    }
    if (Step !== "finishSecret") return;
    const { VersionId } = vault().call("GetSecretValue", { SecretId });
    if (VersionId === ClientRequestToken) return;
    const move = { MoveToVersionId: ClientRequestToken, RemoveFromVersionId: VersionId };
    vault().call("UpdateSecretVersionStage", { SecretId, VersionStage: "AWSCURRENT", ...move });
  };
}

/** Sleeping takes no time. */
const hasty: Clock = { now: () => Date.UTC(2026, 0, 1), sleep: async (_, signal) => signal?.throwIfAborted() };

/** A fake with one secret whose function is wrapped by `wrap`. */
async function aVault(wrap: (inner: RotationFunction) => RotationFunction = (inner) => inner, attempts = 5) {
  const rotate = wrap(exemplary(() => vault));
  const vault: SecretsManager = await startSecretsManager({ clock: hasty, rotate, rotationAttempts: attempts });
  const { VersionId } = vault.call("CreateSecret", { Name: "s", SecretString: "old" });
  return { vault, first: String(VersionId), [Symbol.asyncDispose]: () => vault.close() };
}

function rotate(vault: SecretsManager, options: object = {}): string {
  const { VersionId } = vault.call("RotateSecret", { SecretId: "s", RotationLambdaARN: FUNCTION, ...options });
  return String(VersionId);
}

const stages = (vault: SecretsManager) => vault.call("DescribeSecret", { SecretId: "s" }).VersionIdsToStages;
const calls = (vault: SecretsManager) => vault.rotations.reports.at(-1)?.calls.map(({ step }) => step);

describe("a rotation in the Secrets Manager fake", () => {
  it("calls the four steps in order and takes the pending label away in the end", async () => {
    await using world = await aVault();
    const { vault, first } = world;
    const token = rotate(vault);
    expect(stages(vault)).toEqual({ [first]: ["AWSCURRENT"], [token]: ["AWSPENDING"] });
    await vault.rotations.settled();
    expect(calls(vault)).toEqual(["createSecret", "setSecret", "testSecret", "finishSecret"]);
    expect(stages(vault)).toEqual({ [first]: ["AWSPREVIOUS"], [token]: ["AWSCURRENT"] });
    expect(vault.call("DescribeSecret", { SecretId: "s" })).toMatchObject({
      LastRotatedDate: Date.UTC(2026, 0, 1) / 1000,
      RotationEnabled: true,
    });
  });

  it("has no value for its pending version until the function puts one", async () => {
    const seen: string[] = [];
    await using world = await aVault((inner) => async (event, arn) => {
      if (event.Step === "createSecret") {
        const { SecretId, ClientRequestToken: VersionId } = event;
        try {
          world.vault.call("GetSecretValue", { SecretId, VersionId, VersionStage: "AWSPENDING" });
        } catch (error) {
          seen.push((error as { type: string }).type);
        }
      }
      return inner(event, arn);
    });
    rotate(world.vault);
    await world.vault.rotations.settled();
    expect(seen).toEqual(["ResourceNotFoundException"]);
  });

  it("is tried again from its first step when a step fails", async () => {
    let failures = 2;
    await using world = await aVault((inner) => async (event, arn) => {
      if (event.Step === "testSecret" && failures-- > 0) throw new Error("not yet");
      return inner(event, arn);
    });
    rotate(world.vault);
    await world.vault.rotations.settled();
    const once = ["createSecret", "setSecret", "testSecret"];
    expect(calls(world.vault)).toEqual([...once, ...once, ...once, "finishSecret"]);
    expect(world.vault.rotations.reports).toMatchObject([{ outcome: "succeeded", kind: "rotation" }]);
  });

  it("that keeps failing leaves its version pending, and so blocks the next one", async () => {
    await using world = await aVault(() => () => Promise.reject(new Error("never")), 3);
    const token = rotate(world.vault);
    await world.vault.rotations.settled();
    expect(calls(world.vault)).toHaveLength(3);
    expect(stages(world.vault)).toMatchObject({ [token]: ["AWSPENDING"] });
    expect(() => rotate(world.vault)).toThrow("A previous rotation isn't complete.");
    const input = { SecretId: "s", VersionStage: "AWSPENDING", RemoveFromVersionId: token };
    world.vault.call("UpdateSecretVersionStage", input);
    expect(() => rotate(world.vault)).not.toThrow();
  });

  it("that only pretends to have finished counts as failed", async () => {
    await using world = await aVault(
      (inner) => async (event, arn) => {
        if (event.Step !== "finishSecret") await inner(event, arn);
      },
      1,
    );
    rotate(world.vault);
    await world.vault.rotations.settled();
    expect(world.vault.rotations.reports).toMatchObject([{ outcome: "failed" }]);
    expect(world.vault.call("DescribeSecret", { SecretId: "s" }).LastRotatedDate).toBeUndefined();
  });

  it("that does not begin at once runs testSecret alone against a version that is gone afterwards", async () => {
    await using world = await aVault();
    const { vault, first } = world;
    const token = rotate(vault, { RotateImmediately: false, RotationRules: { AutomaticallyAfterDays: 1000 } });
    expect(stages(vault)).toEqual({ [first]: ["AWSCURRENT"], [token]: ["AWSPENDING"] });
    await vault.rotations.settled();
    expect(calls(vault)).toEqual(["testSecret"]);
    expect(stages(vault)).toEqual({ [first]: ["AWSCURRENT"] });
    expect(vault.call("DescribeSecret", { SecretId: "s" })).toMatchObject({ RotationEnabled: true });
  });

  it("is not tried again once it was cancelled", async () => {
    await using world = await aVault((inner) => async (event, arn) => {
      if (event.Step === "setSecret") {
        world.vault.call("CancelRotateSecret", { SecretId: "s" });
        throw new Error("cancelled meanwhile");
      }
      return inner(event, arn);
    });
    rotate(world.vault);
    await world.vault.rotations.settled();
    expect(calls(world.vault)).toEqual(["createSecret", "setSecret"]);
    expect(world.vault.rotations.reports).toMatchObject([{ outcome: "cancelled" }]);
  });

  it("is refused without a function to call, and for a secret marked for deletion", async () => {
    await using vault = await startSecretsManager();
    vault.call("CreateSecret", { Name: "s", SecretString: "old" });
    expect(() => rotate(vault)).toThrow("cannot invoke");
    vault.call("DeleteSecret", { SecretId: "s" });
    expect(() => rotate(vault)).toThrow("marked for deletion");
  });
});
