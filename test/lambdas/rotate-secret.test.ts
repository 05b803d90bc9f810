import { describe, expect, it } from "vitest";
import { localLambda } from "../../lib/sandbox/cloud/lambda/local-lambda.ts";

const EVENT = {
  Step: "createSecret",
  SecretId: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:apps/checkout/auth0-AbC123",
  ClientRequestToken: "11111111-2222-4333-8444-555555555555",
  RotationToken: "of-the-service",
};

process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
const call = localLambda(
  "rotate-secret",
  async () => (await import("../../lambdas/rotate-secret.ts")).handler as never,
);

describe("an event that Secrets Manager would not send", () => {
  it.each([
    { place: "Step", event: { ...EVENT, Step: "deleteSecret" } },
    { place: "SecretId", event: { ...EVENT, SecretId: "apps/checkout/auth0" } },
    { place: "SecretId", event: { ...EVENT, SecretId: "arn:aws:s3:::bucket" } },
    { place: "ClientRequestToken", event: { ...EVENT, ClientRequestToken: "short" } },
    { place: "ClientRequestToken", event: { ...EVENT, ClientRequestToken: "x".repeat(65) } },
    { place: "the event itself", event: [] },
  ])("is refused at $place", async ({ place, event }) => {
    await expect(call(event)).rejects.toMatchObject({
      name: "arguments-invalid",
      errorMessage: expect.stringContaining(`is wrong at ${place}`),
    });
  });
});

it("an event that it would send is read, and only then the configuration is missed", async () => {
  await expect(call(EVENT)).rejects.toMatchObject({ name: "configuration-invalid" });
});
