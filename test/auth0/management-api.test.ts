import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Login } from "../../lib/auth0/login.ts";
import { type ManagementRequest, openManagementApi } from "../../lib/auth0/management-api.ts";
import { Secret } from "../../lib/model/secret.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { AUDITOR, auditedSandbox, QUICK_RETRIES } from "../support/audited-sandbox.ts";
import { keyPair } from "../support/keys.ts";

const { pem, jwk } = keyPair("k1");
const never = new AbortController().signal;
const AUDIENCE = "https://acme.eu.auth0.com/api/v2/";

const KEY_CLIENT: Partial<TenantSeed> = {
  clients: [
    {
      name: "signer",
      client_id: "signer",
      app_type: "non_interactive",
      grant_types: ["client_credentials"],
      credentials: [{ name: "key", kid: "k1", pem }],
    },
  ],
  clientGrants: [{ client_id: "signer", audience: AUDIENCE, scope: ["read:clients"] }],
};

const READ: ManagementRequest = {
  method: "GET",
  path: "/tenants/settings",
  pattern: "/tenants/settings",
  scope: "read:tenant_settings",
  group: "other",
  repeatable: true,
};

async function opened(seed: Partial<TenantSeed> = {}, login?: Login) {
  const world = await auditedSandbox({ rateLimits: false, ...seed });
  const api = openManagementApi({
    address: { domain: world.target.domain, origin: world.tenant.origin },
    login: login ?? { method: "client-secret", clientId: AUDITOR.clientId, secret: new Secret(AUDITOR.secret) },
    plan: "enterprise",
    signal: never,
    clock: world.clock,
    retryPolicy: QUICK_RETRIES,
  });
  return { ...world, api };
}

describe("the Management API", () => {
  it("renews a token once when Auth0 says that it has expired, for many requests together", async () => {
    await using world = await opened();
    await world.api.send(READ, z.unknown(), never);
    world.tenant.faults.add({
      match: { path: "/api/v2/tenants/settings" },
      times: 3,
      effect: {
        kind: "answer",
        status: 401,
        body: {
          statusCode: 401,
          error: "Unauthorized",
          message: "Expired token received for JSON Web Token validation",
        },
      },
    });

    await Promise.all([1, 2, 3].map(() => world.api.send(READ, z.unknown(), never)));

    expect(world.tenant.requests.filter(({ path }) => path === "/oauth/token")).toHaveLength(2);
    expect(world.api.traffic.requests).toBe(1 + 1 + 3 + 1 + 3);
  });

  it("gives up when the new token is refused as well", async () => {
    await using world = await opened();
    world.tenant.faults.add({ match: { path: "/api/v2/*" }, effect: { kind: "answer", status: 401, body: {} } });

    await expect(world.api.send(READ, z.unknown(), never)).rejects.toMatchObject({ code: "token-expired" });
    expect(world.tenant.requests.filter(({ path }) => path === "/oauth/token")).toHaveLength(2);
  });

  it.each(["server-error", "drop", "malformed-json"] as const)(
    "never sends what may not be repeated twice: %s",
    async (kind) => {
      await using world = await opened();
      world.tenant.faults.add({ match: { path: "/api/v2/*" }, times: 1, effect: { kind } });

      const request: ManagementRequest = { ...READ, method: "POST", path: "/keys/signing/rotate", repeatable: false };

      await expect(world.api.send(request, z.object({ kid: z.string() }), never)).rejects.toThrow();
      expect(world.tenant.requests.filter(({ method }) => method === "POST")).toHaveLength(2); // the token, and once
      expect(world.api.traffic.retries).toBe(0);
    },
  );

  it("signs a new assertion for each attempt, since Auth0 accepts each only once", async () => {
    const login: Login = { method: "private-key", clientId: "signer", privateKeyJwk: new Secret(jwk) };
    // Key times are judged on the sandbox's clock, which the client shares.
    await using world = await opened(KEY_CLIENT, login);
    world.tenant.faults.add({ match: { path: "/oauth/token" }, times: 2, effect: { kind: "drop", when: "after" } });

    expect(await world.api.scopes()).toEqual(new Set(["read:clients"]));
    expect(world.api.traffic).toEqual({ requests: 3, retries: 2, throttled: 0 });
  });

  it.each([
    { title: "no JSON", key: "not json" },
    { title: "a public key", key: JSON.stringify({ kty: "RSA", n: "AQAB", e: "AQAB" }) },
    {
      title: "an elliptic curve key",
      key: JSON.stringify({ kty: "EC", crv: "P-256", d: "AQAB", x: "AQAB", y: "AQAB" }),
    },
    { title: "an algorithm that Auth0 does not accept", key: JSON.stringify({ ...JSON.parse(jwk), alg: "RS512" }) },
    { title: "a broken key", key: JSON.stringify({ ...JSON.parse(jwk), n: "AQAB" }) },
  ])("refuses an unusable private key: $title", async ({ key }) => {
    await using world = await opened({}, { method: "private-key", clientId: "signer", privateKeyJwk: new Secret(key) });

    await expect(world.api.scopes()).rejects.toMatchObject({ code: "reference-unresolved", retryable: false });
    expect(world.tenant.requests).toEqual([]);
  });

  it("ends at once when it is interrupted, also while it waits for its turn", async () => {
    await using world = await auditedSandbox({ plan: "free" }, { speed: 1 });
    const controller = new AbortController();
    const api = openManagementApi({
      address: { domain: world.target.domain, origin: world.tenant.origin },
      login: { method: "client-secret", clientId: AUDITOR.clientId, secret: new Secret(AUDITOR.secret) },
      plan: "free",
      signal: controller.signal,
      clock: world.clock,
    });
    const many = Promise.allSettled(Array.from({ length: 30 }, () => api.send(READ, z.unknown(), never)));
    const reason = new Error("enough");
    controller.abort(reason);

    expect((await many).every((result) => result.status === "rejected" && result.reason === reason)).toBe(true);
  });
});
