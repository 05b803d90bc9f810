import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { adminApi, apiWithScopes, aSandbox, MANAGEMENT_API, machine } from "./support/a-sandbox.ts";

const pem = () =>
  generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "pem", type: "spki" }).toString();
const key = (name: string) => ({ credential_type: "public_key", name, pem: pem() });
const attach = (...ids: string[]) => ({
  client_authentication_methods: { private_key_jwt: { credentials: ids.map((id) => ({ id })) } },
});

describe("a new client", () => {
  it("has what every client has, and lacks what was not said", async () => {
    await using world = await aSandbox();
    const { status, body } = await (await adminApi(world.tenant))("POST /clients", { name: "new" });
    expect(status).toBe(201);
    expect(body).toMatchObject({ is_first_party: true, jwt_configuration: { lifetime_in_seconds: 36_000 } });
    expect(body.refresh_token).toMatchObject({ expiration_type: "non-expiring", infinite_token_lifetime: true });
    expect(body.grant_types).toContain("client_credentials");
    for (const absent of ["app_type", "token_endpoint_auth_method", "client_authentication_methods"]) {
      expect(body).not.toHaveProperty(absent);
    }
  });

  it("with expiring refresh tokens has finite ones, unless it says otherwise", async () => {
    await using world = await aSandbox();
    const api = await adminApi(world.tenant);
    const refresh_token = { rotation_type: "non-rotating", expiration_type: "expiring" };
    expect((await api("POST /clients", { name: "a", refresh_token })).body.refresh_token).toEqual({
      ...refresh_token,
      leeway: 0,
      token_lifetime: 2_592_000,
      idle_token_lifetime: 1_296_000,
      infinite_token_lifetime: false,
      infinite_idle_token_lifetime: false,
    });
    const mixed = { ...refresh_token, infinite_token_lifetime: true };
    expect(
      (await api("POST /clients", { name: "b", refresh_token: mixed })).body.refresh_token.infinite_token_lifetime,
    ).toBe(true);
  });
});

describe("changing a client", () => {
  it.each([
    { field: { client_secret: "x" }, scope: "update:client_keys" },
    { field: { client_authentication_methods: null }, scope: "update:client_credentials" },
    { field: { description: "x" }, scope: "update:clients" },
  ])("$field needs $scope", async ({ field, scope }) => {
    const scopes = ["update:client_keys", "update:client_credentials", "update:clients"];
    await using world = await aSandbox({ clients: [machine("shop")] });
    const allowed = await apiWithScopes(world.tenant, scope);
    expect((await allowed("PATCH /clients/shop", field)).status).toBe(200);
    const others = await apiWithScopes(world.tenant, ...scopes.filter((other) => other !== scope));
    const { status, body } = await others("PATCH /clients/shop", field);
    expect([status, body.message]).toEqual([403, `Insufficient scope, expected any of: ${scope}`]);
  });

  it("takes fields away with null, merges settings, and replaces lists", async () => {
    await using world = await aSandbox({ clients: [machine("shop", { description: "old" })] });
    const api = await adminApi(world.tenant);
    const patch = { description: null, jwt_configuration: { alg: "RS256" }, grant_types: ["refresh_token"] };
    const { body } = await api("PATCH /clients/shop", patch);
    expect(body).not.toHaveProperty("description");
    expect(body.jwt_configuration).toEqual({ alg: "RS256", lifetime_in_seconds: 36_000, secret_encoded: false });
    expect(body.grant_types).toEqual(["refresh_token"]);
  });

  it("does not show the secret it sets to a token that may not see secrets", async () => {
    await using world = await aSandbox({ clients: [machine("shop")] });
    const api = await apiWithScopes(world.tenant, "update:client_keys");
    const { body } = await api("PATCH /clients/shop", { client_secret: "new" });
    expect(body).not.toHaveProperty("client_secret");
    expect(world.tenant.state.clients.get("shop")?.client_secret).toBe("new");
  });

  it("is refused for what makes no sense", async () => {
    await using world = await aSandbox({ clients: [machine("shop")] });
    const api = await adminApi(world.tenant);
    for (const patch of [
      { client_id: "x" },
      { grant_types: "client_credentials" },
      { client_secret: "" },
      { token_endpoint_auth_method: "magic" },
    ]) {
      expect((await api("PATCH /clients/shop", patch)).body.errorCode, JSON.stringify(patch)).toBe("invalid_body");
    }
    expect((await api("PATCH /clients/nobody", {})).body.errorCode).toBe("inexistent_client");
  });

  it("deleting takes its grants along, is no error when it is gone, and spares the global client", async () => {
    await using world = await aSandbox({
      clients: [machine("shop")],
      clientGrants: [{ id: "cgr_shop", client_id: "shop", audience: MANAGEMENT_API, scope: [] }],
    });
    const api = await adminApi(world.tenant);
    expect([(await api("DELETE /clients/shop")).status, (await api("DELETE /clients/shop")).status]).toEqual([
      204, 204,
    ]);
    expect(world.tenant.state.clientGrants.has("cgr_shop")).toBe(false);
    const global = world.tenant.state.clients.all().find((client) => client.global);
    expect((await api(`DELETE /clients/${global?.client_id}`)).status).toBe(400);
  });
});

describe("registered keys", () => {
  it("are two at most, do nothing until attached, and must be detached before they go", async () => {
    await using world = await aSandbox({ clients: [machine("shop")] });
    const api = await adminApi(world.tenant);
    const keys = "/clients/shop/credentials";
    const first = (await api(`POST ${keys}`, key("first"))).body;
    const second = (await api(`POST ${keys}`, key("second"))).body;
    expect(first).toEqual({
      id: expect.stringMatching(/^cred_/),
      credential_type: "public_key",
      name: "first",
      alg: "RS256",
      kid: expect.stringMatching(/^[\w-]{43}$/),
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect((await api(`POST ${keys}`, key("third"))).status).toBe(400);
    expect((await api("PATCH /clients/shop", attach(first.id))).body.message).toContain("exclude each other");
    const switched = await api("PATCH /clients/shop", {
      ...attach(first.id, second.id),
      token_endpoint_auth_method: null,
    });
    expect(switched.body).not.toHaveProperty("client_secret");
    expect(switched.body).not.toHaveProperty("token_endpoint_auth_method");
    expect((await api("POST /clients/shop/rotate-secret")).status).toBe(400);
    expect((await api(`DELETE ${keys}/${second.id}`)).status).toBe(400);
    await api("PATCH /clients/shop", attach(first.id));
    expect((await api(`DELETE ${keys}/${second.id}`)).status).toBe(204);
    expect((await api(`GET ${keys}`)).body.map(({ id }: { id: string }) => id)).toEqual([first.id]);
    expect((await api("PATCH /clients/shop", attach("cred_unknown"))).status).toBe(400);
  });

  it("can be given an end and freed of it", async () => {
    await using world = await aSandbox({ clients: [machine("shop")] });
    const api = await adminApi(world.tenant);
    const { id } = (await api("POST /clients/shop/credentials", { ...key("one"), expires_at: "2027-01-01T00:00:00Z" }))
      .body;
    const one = `/clients/shop/credentials/${id}`;
    expect((await api(`GET ${one}`)).body.expires_at).toBe("2027-01-01T00:00:00.000Z");
    expect((await api(`PATCH ${one}`, { expires_at: "2028-01-01T01:00:00+01:00" })).body.expires_at).toBe(
      "2028-01-01T00:00:00.000Z",
    );
    expect((await api(`PATCH ${one}`, { expires_at: null })).body).not.toHaveProperty("expires_at");
    expect(
      (await api("POST /clients/shop/credentials", { credential_type: "public_key", pem: "nonsense" })).status,
    ).toBe(400);
  });
});

describe("a feature that the plan lacks", () => {
  it.each([
    { state: false as const, status: 403, errorCode: "feature_not_enabled" },
    { state: "feature_not_enabled_400" as const, status: 400, errorCode: "feature_not_enabled" },
    { state: "insufficient_scope" as const, status: 403, errorCode: "insufficient_scope" },
    { state: "insufficient_entitlement" as const, status: 403, errorCode: "insufficient_entitlement" },
  ])("is refused as $status $errorCode", async ({ state, status, errorCode }) => {
    await using world = await aSandbox({
      features: { networkAcls: state, privateKeyJwt: state },
      clients: [machine("shop")],
    });
    const api = await adminApi(world.tenant);
    for (const answer of [await api("GET /network-acls"), await api("POST /clients/shop/credentials", key("x"))]) {
      expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode]);
      expect(answer.body.message).not.toMatch(/^Insufficient scope/);
    }
    expect((await api("GET /clients/shop/credentials")).status).toBe(200);
  });

  it("follows from the plan when nothing is said", async () => {
    for (const [plan, status] of [
      ["professional", 403],
      ["enterprise", 200],
    ] as const) {
      await using world = await aSandbox({ plan });
      expect((await (await adminApi(world.tenant))("GET /network-acls")).status).toBe(status);
    }
  });
});
