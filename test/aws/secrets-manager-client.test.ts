import { afterEach, expect, test, vi } from "vitest";
import { secretsManagerClient } from "../../lib/aws/secrets-manager-client.ts";
import { secretsManagerVault } from "../../lib/aws/secrets-manager-vault.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { OperationEffect } from "../../lib/sandbox/cloud/secrets-manager/faults.ts";
import { aSecretsManager } from "../support/secrets-manager.ts";

/** A vault whose client is told to end, at the moment when the service fails at the first request. */
async function vaultThatEnds(service: Awaited<ReturnType<typeof aSecretsManager>>["service"], ends: boolean) {
  const over = new AbortController();
  const fault = {
    times: 1,
    get effect(): OperationEffect {
      if (ends) over.abort(new CurfewError("interrupted", "It is over."));
      return { kind: "fail" };
    },
  };
  service.faults.add(fault);
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", service.origin);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "example");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "example");
  return secretsManagerVault(() => secretsManagerClient({ signal: over.signal }));
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test("a request that failed is not sent once more when it is over, and would be otherwise", async () => {
  await using world = await aSecretsManager();
  const { service } = world;
  service.call("CreateSecret", { Name: "apps/checkout/auth0", SecretString: "value" });

  const patient = await vaultThatEnds(service, false);
  expect(await patient.describe("apps/checkout/auth0")).toMatchObject({ name: "apps/checkout/auth0" });
  expect(service.requests).toHaveLength(2);

  const ended = await vaultThatEnds(service, true);
  await expect(ended.describe("apps/checkout/auth0")).rejects.toMatchObject({ code: "interrupted" });
  expect(service.requests).toHaveLength(3);
  await expect(ended.describe("apps/checkout/auth0")).rejects.toMatchObject({ code: "interrupted" });
  expect(service.requests).toHaveLength(3);
});
