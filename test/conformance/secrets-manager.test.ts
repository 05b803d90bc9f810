import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type SecretsManager,
  startSecretsManager,
} from "../../lib/sandbox/cloud/secrets-manager/start-secrets-manager.ts";
import { type OpenConformance, openConformance } from "./open-conformance.ts";
import { secretsManagerCases } from "./secrets-manager/all-cases.ts";

describe("the Secrets Manager fake behaves as documented:", () => {
  let fake: SecretsManager;
  let conformance: OpenConformance;

  beforeAll(async () => {
    const stuck = () => Promise.reject(new Error("stuck"));
    fake = await startSecretsManager({ rotate: stuck, rotationAttempts: 1 });
    const credentials = { accessKeyId: "sandbox", secretAccessKey: "sandbox" };
    conformance = openConformance({ endpoint: fake.origin, region: "us-east-1", credentials, maxAttempts: 1 }, 0);
  });

  afterAll(async () => {
    await conformance[Symbol.asyncDispose]();
    await fake.close();
    const shared = secretsManagerCases.filter(({ fakeOnly }) => fakeOnly === undefined).length;
    console.info(`Secrets Manager conformance: ${secretsManagerCases.length} cases, ${shared} shared with AWS.`);
  });

  it.each(secretsManagerCases)("$title", async ({ run }) => {
    await expect(run(conformance)).resolves.toBeUndefined();
  });
});
