import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Login } from "../../lib/auth0/login.ts";
import { type ManagementRequest, openManagementApi } from "../../lib/auth0/management-api.ts";
import { Secret } from "../../lib/model/secret.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { ALL_SCOPES, AUDITOR, auditedSandbox, QUICK_RETRIES } from "../support/audited-sandbox.ts";
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

async function opened(seed: Partial<TenantSeed> = {}, login?: Login, send: typeof fetch = fetch) {
  const world = await auditedSandbox({ rateLimits: false, ...seed });
  const api = openManagementApi({
    address: { domain: world.target.domain, origin: world.tenant.origin },
    login: login ?? { method: "client-secret", clientId: AUDITOR.clientId, secret: new Secret(AUDITOR.secret) },
    plan: "enterprise",
    signal: never,
    clock: world.clock,
    fetch: send,
    timeout: 500_000, // ten seconds of the machine: on a busy one a request must not be given up
    retryPolicy: QUICK_RETRIES,
  });
  return { ...world, api };
}

/** Sends requests to a path, and holds the answers of the first `count` back until all of these are there. */
function together(path: string, count: number): typeof fetch {
  const all = Promise.withResolvers<void>();
  let arrived = 0;
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!String(input).includes(path) || arrived >= count) return response;
    arrived += 1;
    if (arrived === count) all.resolve();
    await all.promise;
    return response;
  };
}

describe("the Management API", () => {
  it("renews a token once when Auth0 says that it has expired, for many requests together", async () => {
    await using world = await opened({}, undefined, together("/tenants/settings", 3));
    await world.api.scopes(); // there is a token
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
    expect(world.api.traffic.requests).toBe(1 + 3 + 1 + 3);
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

  it("tries four times at the most", async () => {
    await using world = await opened();
    world.tenant.faults.add({ match: { path: "/api/v2/*" }, effect: { kind: "server-error" } });

    await expect(world.api.send(READ, z.unknown(), never)).rejects.toMatchObject({ code: "service-failed" });
    expect(world.api.traffic).toEqual({ requests: 1 + 4, retries: 3, throttled: 0 });
  });

  it.each([
    { title: "a failure", effect: { kind: "server-error" }, retries: 1, throttled: 0 },
    { title: "a refusal", effect: { kind: "throttle", retryAfter: 1 }, retries: 1, throttled: 1 },
  ] as const)(
    "rides out $title of a request that waited for its turn for a minute",
    async ({ effect, retries, throttled }) => {
      await using world = await openedSlowly();
      world.tenant.faults.add({ match: { path: "/api/v2/tenants/settings" }, skip: 130, times: 1, effect });

      await Promise.all(Array.from({ length: 135 }, () => world.api.send(READ, z.unknown(), never)));

      expect(world.api.traffic).toEqual({ requests: 1 + 135 + 1, retries, throttled });
    },
  );

  it("takes its token when it is its turn, so that a short-lived one does not run out in the queue", async () => {
    await using world = await openedSlowly({ managementApi: { token_lifetime: 120 } });

    await Promise.all(Array.from({ length: 300 }, () => world.api.send(READ, z.unknown(), never)));

    const refused = world.tenant.requests.filter(({ status }) => status === 401);
    const tokens = world.tenant.requests.filter(({ path }) => path === "/oauth/token");
    expect(refused).toEqual([]);
    expect(tokens.length).toBeGreaterThan(1); // 150 s at 2 requests a second, 110 s a token
    expect(tokens.length).toBeLessThanOrEqual(4);
  });

  it("reads the scopes out of the token when the answer does not name them", async () => {
    await using world = await opened();
    const withoutScope: typeof fetch = async (input, init) => {
      const { scope: _, ...answer } = (await (await fetch(input, init)).json()) as Record<string, unknown>;
      return Response.json(answer);
    };
    const api = openManagementApi({
      address: { domain: world.target.domain, origin: world.tenant.origin },
      login: { method: "client-secret", clientId: AUDITOR.clientId, secret: new Secret(AUDITOR.secret) },
      plan: "enterprise",
      signal: never,
      clock: world.clock,
      timeout: 500_000,
      fetch: withoutScope,
    });

    expect(await api.scopes()).toEqual(new Set(ALL_SCOPES));
  });

  it("refuses a token that could not be sent", async () => {
    await using world = await opened();
    world.tenant.faults.add({
      match: { path: "/oauth/token" },
      effect: { kind: "answer", status: 200, body: { access_token: "line\nbreak", token_type: "Bearer" } },
    });

    await expect(world.api.scopes()).rejects.toMatchObject({ code: "unexpected-answer" });
    expect(world.tenant.requests.filter(({ path }) => path !== "/oauth/token")).toEqual([]);
  });
});

/** A tenant of the smallest plan: what is asked for at once waits for its turn. */
async function openedSlowly(seed: Partial<TenantSeed> = {}) {
  const world = await auditedSandbox({ plan: "free", ...seed }, { speed: 60 });
  const api = openManagementApi({
    address: { domain: world.target.domain, origin: world.tenant.origin },
    login: { method: "client-secret", clientId: AUDITOR.clientId, secret: new Secret(AUDITOR.secret) },
    plan: "free",
    signal: never,
    clock: world.clock,
    timeout: 300_000,
    retryPolicy: { ...QUICK_RETRIES, pause: 500 },
  });
  return { ...world, api };
}
