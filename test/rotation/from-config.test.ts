import { expect, it } from "vitest";
import type { Login } from "../../lib/auth0/login.ts";
import type { TenantConfig } from "../../lib/config/schema.ts";
import { systemClock } from "../../lib/model/clock.ts";
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

it("has it noted whose login of which tenant it goes by, before anything is sent with it", async () => {
  const rotator = { clientId: "def", secret: "env:ROTATOR" };
  const tenant = { name: "acme", domain: "acme.eu.auth0.com", plan: "enterprise", rotator, credentials: [] };
  const seen: unknown[] = [];
  const noted = (login: Login, name: string): Login => {
    seen.push([name, login.clientId]);
    return login;
  };
  const sources = { env: { ROTATOR: "rotator-secret" }, secretsManager: () => Promise.reject(new Error("not asked")) };
  const parts = { noted, clock: systemClock, random: () => 0, signal: new AbortController().signal };

  const configured = configuredRotation([tenant as unknown as TenantConfig], sources, parts);
  await configured.tenant({ tenant: "acme", clientId: "jkl" });

  expect(seen).toEqual([["acme", "def"]]);
});
