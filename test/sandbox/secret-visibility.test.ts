import { describe, expect, it } from "vitest";
import { apiWithScopes, aSandbox, MANAGEMENT_API } from "./support/a-sandbox.ts";
import { SEED } from "./support/tour.ts";

const GUARDED = ["client_secret", "client_authentication_methods"];

describe("what a token sees of clients", () => {
  it.each([
    { scopes: ["read:clients"], secret: false },
    { scopes: ["read:client_summary"], secret: false },
    { scopes: ["read:clients", "read:client_keys"], secret: true },
    { scopes: ["read:client_credentials"], secret: true },
  ])("with $scopes: secrets and authentication methods $secret", async ({ scopes, secret }) => {
    await using world = await aSandbox(SEED);
    const api = await apiWithScopes(world.tenant, ...scopes);
    const { body: clients } = await api("GET /clients");
    const seen = GUARDED.map((field) => clients.some((client: object) => field in client));
    expect(seen).toEqual([secret, secret]);
    const { body: shop } = await api("GET /clients/shop");
    expect("client_secret" in shop).toBe(secret);
    const { body: robot } = await api("GET /clients/robot");
    expect(["client_secret" in robot, "client_authentication_methods" in robot]).toEqual([false, secret]);
  });

  it.each(GUARDED)("asked for %s without permission: 403", async (field) => {
    await using world = await aSandbox(SEED);
    const api = await apiWithScopes(world.tenant, "read:clients");
    for (const call of [`GET /clients?fields=client_id,${field}`, `GET /clients/shop?fields=${field}`]) {
      const { status, body } = await api(call);
      expect([status, body.errorCode]).toEqual([403, "insufficient_scope"]);
      expect(body.message).toMatch(/^Some fields cannot be read/);
    }
    expect((await api(`GET /clients?fields=${field}&include_fields=false`)).status).toBe(200);
  });

  it("asked for a field that does not exist: 400", async () => {
    await using world = await aSandbox(SEED);
    const api = await apiWithScopes(world.tenant, "read:clients", "read:tenant_settings");
    expect((await api("GET /clients?fields=client_id,nonsense")).body.errorCode).toBe("invalid_query_string");
    expect((await api("GET /tenants/settings?fields=nonsense")).status).toBe(400);
  });

  it("asked for nested fields: only those, and tenant always", async () => {
    await using world = await aSandbox(SEED);
    const api = await apiWithScopes(world.tenant, "read:clients");
    const { body } = await api("GET /clients/shop?fields=refresh_token.leeway,refresh_token.rotation_type,description");
    expect(body).toEqual({ tenant: "acme", refresh_token: { leeway: 0, rotation_type: "non-rotating" } });
  });
});

describe("the log of secrets read", () => {
  const readsOf = (world: Awaited<ReturnType<typeof aSandbox>>) =>
    world.tenant.logs.filter(({ type }) => type === "mgmt_api_read").map(({ details }) => details?.accessedSecrets);

  it("stays empty when no answer contains one", async () => {
    await using world = await aSandbox(SEED);
    const api = await apiWithScopes(world.tenant, "read:clients", "read:resource_servers", "read:client_credentials");
    await api("GET /clients?fields=client_id,client_authentication_methods");
    await api("GET /clients/robot");
    await api("GET /resource-servers?fields=id,identifier,signing_alg");
    await api(`GET /resource-servers/${encodeURIComponent(MANAGEMENT_API)}`);
    expect(readsOf(world)).toEqual([]);
  });

  it("notes every answer that does", async () => {
    await using world = await aSandbox(SEED);
    const api = await apiWithScopes(world.tenant, "read:clients", "read:client_keys", "read:resource_servers");
    await api("GET /clients");
    await api("GET /clients/shop?fields=client_secret");
    await api("GET /resource-servers");
    await api("GET /resource-servers/rs-orders");
    expect(readsOf(world)).toEqual([["client_secret"], ["client_secret"], ["signing_secret"], ["signing_secret"]]);
    expect(JSON.stringify(world.tenant.logs)).not.toContain("shop-secret");
  });

  it("never holds a secret that was written", async () => {
    await using world = await aSandbox(SEED);
    const api = await apiWithScopes(world.tenant, "update:client_keys", "create:clients", "create:actions");
    await api("PATCH /clients/shop", { client_secret: "canary-one" });
    await api("POST /clients", { name: "x", client_secret: "canary-two" });
    const rotated = await api("POST /clients/shop/rotate-secret");
    const secrets = [{ name: "KEY", value: "canary-three" }];
    await api("POST /actions/actions", { name: "x", supported_triggers: [{ id: "post-login" }], secrets });
    const log = JSON.stringify(world.tenant.logs);
    for (const canary of ["canary-one", "canary-two", "canary-three", rotated.body.client_secret]) {
      expect(log).not.toContain(canary);
    }
    const update = world.tenant.logs.find(({ description }) => description === "Update a client");
    expect(update?.details).toMatchObject({
      request: { method: "patch", path: "/api/v2/clients/shop", body: { client_secret: "*****" } },
    });
    expect(JSON.stringify(world.tenant.requests)).not.toContain("canary");
  });
});
