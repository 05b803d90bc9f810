import { expect, it } from "vitest";
import type { TenantConfig } from "../../lib/config/schema.ts";
import { configuredRotation } from "../../lib/rotation/from-config.ts";
import { arnOf } from "./company.ts";

it("has settings for the secret that is configured, and for no former one of the same client", () => {
  const credential = { clientId: "jkl", kind: "client-secret", secret: "apps/new", rotate: "auto", allowHs256: false };
  const tenant = { name: "acme", domain: "acme.eu.auth0.com", rotator: {}, credentials: [credential] };
  const { settings } = configuredRotation([tenant as unknown as TenantConfig], {} as never, {} as never);
  const settingsFor = (secret: string, clientId = "jkl") =>
    settings({ arn: arnOf(secret), tenant: "acme", clientId, kind: "client-secret", writtenBy: "adopt", at: 1 });

  expect(settingsFor("apps/new")).toMatchObject({ tenant: "acme", clientId: "jkl", rotate: "auto", overlap: 86_400 });
  expect(settingsFor("apps/old")).toBeUndefined();
  expect(settingsFor("apps/new", "other")).toBeUndefined();
});
