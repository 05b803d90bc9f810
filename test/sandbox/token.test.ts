import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import { aSandbox, askToken, MANAGEMENT_API, machine, START, send } from "./support/a-sandbox.ts";

const ORDERS = "https://orders.acme.example/";

const seed = () => ({
  clients: [machine("shop"), machine("basic", { token_endpoint_auth_method: "client_secret_basic" })],
  resourceServers: [
    { identifier: ORDERS, token_lifetime: 600, scopes: [{ value: "read:orders" }, { value: "write:orders" }] },
  ],
  clientGrants: [
    { client_id: "shop", audience: ORDERS, scope: ["read:orders", "write:orders"] },
    { client_id: "basic", audience: ORDERS, scope: ["read:orders"] },
  ],
});
const request = (changes: Record<string, string> = {}) => ({
  grant_type: "client_credentials",
  client_id: "shop",
  client_secret: "shop-secret",
  audience: ORDERS,
  ...changes,
});

describe("a machine's token", () => {
  it("carries the grant's scopes and lives as long as its API says", async () => {
    await using world = await aSandbox(seed());
    const { status, body } = await askToken(world.tenant, request());
    expect([status, body.expires_in, body.token_type, body.scope]).toEqual([
      200,
      600,
      "Bearer",
      "read:orders write:orders",
    ]);
    expect(decodeJwt(body.access_token)).toEqual({
      iss: "https://acme.eu.auth0.com/",
      sub: "shop@clients",
      aud: ORDERS,
      iat: START / 1000,
      exp: START / 1000 + 600,
      azp: "shop",
      gty: "client-credentials",
      scope: "read:orders write:orders",
    });
    const kid = world.tenant.state.signingKeys.find((key) => key.current)?.kid;
    expect(decodeProtectedHeader(body.access_token)).toEqual({ alg: "RS256", typ: "JWT", kid });
  });

  it("is asked for as a form or as JSON", async () => {
    await using world = await aSandbox(seed());
    const headers = { "content-type": "application/json" };
    const answer = await send(world.tenant, "/oauth/token", {
      method: "POST",
      headers,
      body: JSON.stringify(request()),
    });
    expect(answer.status).toBe(200);
  });

  it("has the claims of RFC 9068 where the API's dialect says so", async () => {
    await using world = await aSandbox(seed());
    const server = world.tenant.state.resourceServers.all().find(({ identifier }) => identifier === ORDERS);
    Object.assign(server ?? {}, { token_dialect: "rfc9068_profile" });
    const { body } = await askToken(world.tenant, request());
    const claims = decodeJwt(body.access_token);
    expect([claims.client_id, typeof claims.jti, claims.azp, claims.gty]).toEqual([
      "shop",
      "string",
      undefined,
      undefined,
    ]);
    expect(decodeProtectedHeader(body.access_token).typ).toBe("at+jwt");
  });

  it("follows the API's lifetime from the next token on", async () => {
    await using world = await aSandbox(seed());
    const server = world.tenant.state.resourceServers.all().find(({ identifier }) => identifier === ORDERS);
    delete server?.token_lifetime;
    expect((await askToken(world.tenant, request())).body.expires_in).toBe(86_400);
  });

  it("may be narrowed to some of the granted scopes", async () => {
    await using world = await aSandbox(seed());
    expect((await askToken(world.tenant, request({ scope: "read:orders admin" }))).body.scope).toBe("read:orders");
  });

  it("has every scope of the API under allow_all_scopes", async () => {
    await using world = await aSandbox(seed());
    const grant = world.tenant.state.clientGrants.all().find(({ client_id }) => client_id === "basic");
    Object.assign(grant ?? {}, { allow_all_scopes: true, scope: undefined });
    const authorization = `Basic ${Buffer.from("basic:basic-secret").toString("base64")}`;
    const { body } = await askToken(
      world.tenant,
      { grant_type: "client_credentials", audience: ORDERS },
      { authorization },
    );
    expect(body.scope).toBe("read:orders write:orders");
  });

  it("is signed with the API's secret under HS256", async () => {
    await using world = await aSandbox(seed());
    const server = world.tenant.state.resourceServers.all().find(({ identifier }) => identifier === ORDERS);
    Object.assign(server ?? {}, { signing_alg: "HS256", signing_secret: "a-secret-of-the-orders-api-only" });
    const { body } = await askToken(world.tenant, request());
    expect(decodeProtectedHeader(body.access_token)).toEqual({ alg: "HS256", typ: "JWT" });
  });
});

describe("a refusal", () => {
  const basicHeader = { authorization: `Basic ${Buffer.from("shop:shop-secret").toString("base64")}` };

  it.each([
    {
      title: "a wrong secret",
      change: { client_secret: "wrong" },
      status: 401,
      error: "access_denied",
      text: "Unauthorized",
    },
    {
      title: "an unknown client",
      change: { client_id: "nobody" },
      status: 401,
      error: "access_denied",
      text: "Unauthorized",
    },
    {
      title: "an API without a grant",
      change: { audience: MANAGEMENT_API },
      status: 403,
      error: "access_denied",
      text: `Client is not authorized to access "${MANAGEMENT_API}". You might probably want to create a "client-grant"`,
    },
    {
      title: "an unknown API",
      change: { audience: "https://nowhere/" },
      status: 403,
      error: "access_denied",
      text: "Service not found",
    },
    {
      title: "a grant type that the client does not have",
      change: { grant_type: "authorization_code", code: "nonsense" },
      status: 403,
      error: "unauthorized_client",
      text: "Grant type 'authorization_code' not allowed for the client.",
    },
    {
      title: "a grant type that nobody has",
      change: { grant_type: "telepathy" },
      status: 403,
      error: "unsupported_grant_type",
      text: "telepathy",
    },
  ])("for $title is $status $error", async ({ change, status, error, text }) => {
    await using world = await aSandbox(seed());
    const answer = await askToken(world.tenant, request(change));
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    expect(answer.body.error_description).toContain(text);
    expect(answer.body).not.toHaveProperty("access_token");
  });

  it("meets a secret in the wrong place", async () => {
    await using world = await aSandbox(seed());
    const { client_secret: _, ...withoutSecret } = request();
    expect((await askToken(world.tenant, withoutSecret, basicHeader)).status).toBe(401);
    expect((await askToken(world.tenant, request({ client_id: "basic", client_secret: "basic-secret" }))).status).toBe(
      401,
    );
  });

  it("meets a client without a secret", async () => {
    await using world = await aSandbox(seed());
    delete world.tenant.state.clients.get("shop")?.client_secret;
    expect((await askToken(world.tenant, request({ client_secret: "" }))).status).toBe(401);
  });

  it("comes as soon as the grant is deleted, and tokens already issued go on", async () => {
    await using world = await aSandbox(seed());
    for (const grant of world.tenant.state.clientGrants.all()) {
      if (grant.client_id === "shop") world.tenant.state.clientGrants.delete(grant.id);
    }
    expect((await askToken(world.tenant, request())).status).toBe(403);
  });

  it("meets machines at an API that denies them all", async () => {
    await using world = await aSandbox(seed());
    const server = world.tenant.state.resourceServers.all().find(({ identifier }) => identifier === ORDERS);
    Object.assign(server ?? {}, { subject_type_authorization: { client: { policy: "deny_all" } } });
    expect((await askToken(world.tenant, request())).status).toBe(403);
  });

  it("meets public clients that want to be machines", async () => {
    await using world = await aSandbox(seed());
    Object.assign(world.tenant.state.clients.get("shop") ?? {}, { token_endpoint_auth_method: "none" });
    expect((await askToken(world.tenant, request())).body.error).toBe("unauthorized_client");
  });
});

describe("grants that are not the client's own", () => {
  it("do not count when they are for users", async () => {
    await using world = await aSandbox(seed());
    const grant = world.tenant.state.clientGrants.all().find(({ client_id }) => client_id === "shop");
    Object.assign(grant ?? {}, { subject_type: "user" });
    expect((await askToken(world.tenant, request())).status).toBe(403);
  });

  it("count for third parties when they are the default for them", async () => {
    await using world = await aSandbox(seed());
    world.tenant.state.clientGrants.clear();
    const byDefault = {
      id: "cgr_default",
      audience: ORDERS,
      default_for: "third_party_clients",
      scope: ["read:orders"],
    };
    world.tenant.state.clientGrants.set(byDefault.id, byDefault);
    expect((await askToken(world.tenant, request())).status).toBe(403);
    Object.assign(world.tenant.state.clients.get("shop") ?? {}, { is_first_party: false });
    expect((await askToken(world.tenant, request())).body.scope).toBe("read:orders");
  });
});

describe("a nonsense code", () => {
  const code = { grant_type: "authorization_code", code: "nonsense" };

  it("tells a right secret from a wrong one", async () => {
    await using world = await aSandbox(seed());
    Object.assign(world.tenant.state.clients.get("shop") ?? {}, { grant_types: ["authorization_code"] });
    const right = await askToken(world.tenant, request(code));
    const wrong = await askToken(world.tenant, request({ ...code, client_secret: "wrong" }));
    expect([right.status, right.body.error, wrong.status]).toEqual([403, "invalid_grant", 401]);
  });
});

describe("organizations", () => {
  const grantOf = (world: Awaited<ReturnType<typeof aSandbox>>) =>
    world.tenant.state.clientGrants.all().find(({ client_id }) => client_id === "shop");

  it.each([
    { usage: undefined, organization: "org_1", associated: true, status: 403 },
    { usage: "allow", organization: undefined, associated: false, status: 200 },
    { usage: "allow", organization: "org_1", associated: true, status: 200 },
    { usage: "allow", organization: "org_1", associated: false, status: 403 },
    { usage: "require", organization: undefined, associated: true, status: 403 },
    { usage: "require", organization: "org_1", associated: true, status: 200 },
  ])(
    "usage $usage, asked for $organization, associated $associated: $status",
    async ({ usage, organization, associated, status }) => {
      await using world = await aSandbox(seed());
      const grant = grantOf(world);
      Object.assign(grant ?? {}, { organization_usage: usage });
      if (associated) world.tenant.state.grantOrganizations.set(grant?.id ?? "", new Set(["org_1"]));
      const answer = await askToken(world.tenant, request(organization === undefined ? {} : { organization }));
      expect(answer.status).toBe(status);
      if (status === 200) expect(decodeJwt(answer.body.access_token).org_id).toBe(organization);
    },
  );
});
