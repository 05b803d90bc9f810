import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { adminApi, apiWith, aSandbox, DOMAIN, START, send, tokenOf } from "./support/a-sandbox.ts";

type World = Awaited<ReturnType<typeof aSandbox>>;

const rolesOf = ({ tenant }: World) =>
  tenant.state.signingKeys.map(({ current, next, previous, revoked }) => {
    const roles = Object.entries({ current, next, previous, revoked }).filter(([, has]) => has);
    return roles.map(([role]) => role).join("+");
  });
const keySet = async ({ tenant }: World): Promise<JSONWebKeySet> => (await send(tenant, "/.well-known/jwks.json")).body;
const kidsOf = async (world: World) => (await keySet(world)).keys.map(({ kid }) => kid);

describe("tenant signing keys", () => {
  it("are a current and a next one; both are published, and tokens verify against them", async () => {
    await using world = await aSandbox();
    expect(rolesOf(world)).toEqual(["current", "next"]);
    const token = await tokenOf(world.tenant);
    const keys = createLocalJWKSet(await keySet(world));
    const { payload } = await jwtVerify(token, keys, { issuer: `https://${DOMAIN}/`, currentDate: new Date(START) });
    expect(payload.sub).toBe("admin-client@clients");
    expect(await kidsOf(world)).toEqual(world.tenant.state.signingKeys.map(({ kid }) => kid));
  });

  it("move up when rotated: tokens of the previous key still work, new ones come from the next", async () => {
    await using world = await aSandbox();
    const old = await tokenOf(world.tenant);
    const [first, second] = world.tenant.state.signingKeys.map(({ kid }) => kid);
    world.sandbox.clock.advance(1_000);
    const rotated = await apiWith(world.tenant, old)("POST /keys/signing/rotate");
    expect([rotated.status, rotated.body.kid]).toEqual([201, second]);
    expect(rolesOf(world)).toEqual(["previous", "current", "next"]);
    expect(decodeProtectedHeader(await tokenOf(world.tenant)).kid).toBe(second);
    expect((await apiWith(world.tenant, old)("GET /clients")).status).toBe(200);
    expect(await kidsOf(world)).toContain(first);
    expect(world.tenant.state.signingKeys[0]?.current_until).toBe(new Date(START + 1_000).toISOString());
  });

  it("once revoked are no longer published, and end every token they signed", async () => {
    await using world = await aSandbox();
    const old = await tokenOf(world.tenant);
    const first = world.tenant.state.signingKeys[0]?.kid;
    await apiWith(world.tenant, old)("POST /keys/signing/rotate");
    expect((await apiWith(world.tenant, old)(`PUT /keys/signing/${first}/revoke`)).status).toBe(200);
    expect((await apiWith(world.tenant, old)("GET /clients")).status).toBe(401);
    expect(await kidsOf(world)).not.toContain(first);
    const api = await adminApi(world.tenant);
    expect((await api(`GET /keys/signing/${first}`)).body).toMatchObject({
      revoked: true,
      revoked_at: new Date(START).toISOString(),
    });
  });

  it("can be revoked only while they are previous: a second rotation takes that chance away", async () => {
    await using world = await aSandbox();
    const api = await adminApi(world.tenant);
    const [first, second, third] = world.tenant.state.signingKeys.map(({ kid }) => kid);
    for (const kid of [first, second]) expect((await api(`PUT /keys/signing/${kid}/revoke`)).status).toBe(400);
    expect(third).toBeUndefined();
    expect((await api("PUT /keys/signing/unknown/revoke")).status).toBe(404);
    await api("POST /keys/signing/rotate");
    await api("POST /keys/signing/rotate");
    expect(rolesOf(world)).toEqual(["", "previous", "current", "next"]);
    expect((await api(`PUT /keys/signing/${first}/revoke`)).status).toBe(400);
    expect((await api("GET /clients")).status).toBe(200);
  });

  it("of one tenant do not vouch for tokens of another", async () => {
    await using mine = await aSandbox();
    await using other = await aSandbox({ domain: "other.auth0.com" });
    const foreign = await tokenOf(mine.tenant);
    expect((await apiWith(other.tenant, foreign)("GET /clients")).status).toBe(401);
  });
});

describe("a bearer token", () => {
  it.each([
    { title: "none", authorization: undefined },
    { title: "no JWT", authorization: "Bearer nonsense" },
    { title: "another scheme", authorization: "Basic abc" },
  ])("$title: 401", async ({ authorization }) => {
    await using world = await aSandbox();
    const headers = authorization === undefined ? {} : { authorization };
    expect((await send(world.tenant, "/api/v2/clients", { headers })).status).toBe(401);
  });

  it("ends with its time, to the second", async () => {
    await using world = await aSandbox({ managementApi: { token_lifetime: 60 } });
    const api = await adminApi(world.tenant);
    world.sandbox.clock.advance(59_999);
    expect((await api("GET /clients")).status).toBe(200);
    world.sandbox.clock.advance(1);
    const { status, body } = await api("GET /clients");
    expect([status, body.message]).toEqual([401, "Expired token received for JSON Web Token validation"]);
  });

  it("for another API, or with a changed claim, is refused", async () => {
    await using world = await aSandbox({
      resourceServers: [{ identifier: "https://orders/" }],
      clients: [{ name: "app", client_id: "app" }],
    });
    const { accessToken } = await world.tenant.issueUserTokens({
      clientId: "app",
      userId: "u",
      audience: "https://orders/",
    });
    expect((await apiWith(world.tenant, accessToken)("GET /clients")).status).toBe(401);
    const [header, , signature] = (await tokenOf(world.tenant)).split(".");
    const forged = Buffer.from(
      JSON.stringify({ iss: `https://${DOMAIN}/`, aud: `https://${DOMAIN}/api/v2/`, exp: 9e9 }),
    ).toString("base64url");
    expect((await apiWith(world.tenant, `${header}.${forged}.${signature}`)("GET /clients")).status).toBe(401);
  });

  it("outlives the grant, the secret and the client it came from", async () => {
    await using world = await aSandbox();
    const api = await adminApi(world.tenant);
    world.tenant.state.clientGrants.clear();
    world.tenant.state.clients.delete("admin-client");
    expect((await api("GET /clients")).status).toBe(200);
  });
});
