import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import type { RefreshTokenSettings } from "../../lib/sandbox/state/records.ts";
import { adminApi, aSandbox, askToken, send } from "./support/a-sandbox.ts";

const ORDERS = "https://orders/";
const EXPIRING = { expiration_type: "expiring", infinite_token_lifetime: false, infinite_idle_token_lifetime: false };

async function aLogin(settings: RefreshTokenSettings) {
  const world = await aSandbox({
    clients: [{ name: "phone", client_id: "phone", app_type: "native", refresh_token: { leeway: 0, ...settings } }],
    resourceServers: [{ identifier: ORDERS, token_lifetime: 600 }],
  });
  const login = { clientId: "phone", userId: "auth0|alice", audience: ORDERS, scope: "openid offline_access" };
  const tokens = await world.tenant.issueUserTokens(login);
  const exchange = (refresh_token: string) =>
    askToken(world.tenant, { grant_type: "refresh_token", client_id: "phone", refresh_token });
  return { ...world, tokens, exchange };
}

describe("a refresh token", () => {
  it("mints access tokens of the user until it is revoked", async () => {
    await using world = await aLogin({});
    const { status, body } = await world.exchange(world.tokens.refreshToken);
    expect([status, body.expires_in, body.refresh_token]).toEqual([200, 600, undefined]);
    expect(decodeJwt(body.access_token)).toMatchObject({
      sub: "auth0|alice",
      azp: "phone",
      scope: "openid offline_access",
    });
    expect(decodeJwt(body.access_token)).not.toHaveProperty("gty");
    const revoke = { client_id: "phone", token: world.tokens.refreshToken };
    expect(
      (await send(world.tenant, "/oauth/revoke", { method: "POST", body: new URLSearchParams(revoke) })).status,
    ).toBe(200);
    expect(await world.exchange(world.tokens.refreshToken)).toMatchObject({
      status: 403,
      body: { error: "invalid_grant" },
    });
  });

  it.each([
    { title: "never expires by default", settings: {}, after: 400 * 86_400, status: 200 },
    { title: "ends at its absolute lifetime", settings: { ...EXPIRING, token_lifetime: 100 }, after: 100, status: 403 },
    { title: "works until then", settings: { ...EXPIRING, token_lifetime: 100 }, after: 99, status: 200 },
    {
      title: "ends when idle too long",
      settings: { ...EXPIRING, token_lifetime: 1_000, idle_token_lifetime: 50 },
      after: 50,
      status: 403,
    },
    {
      title: "does not end where the infinite flags say so, whatever the numbers",
      settings: {
        expiration_type: "expiring",
        token_lifetime: 1,
        idle_token_lifetime: 1,
        infinite_token_lifetime: true,
        infinite_idle_token_lifetime: true,
      },
      after: 400 * 86_400,
      status: 200,
    },
  ])("$title", async ({ settings, after, status }) => {
    await using world = await aLogin(settings);
    world.sandbox.clock.advance(after * 1_000);
    expect((await world.exchange(world.tokens.refreshToken)).status).toBe(status);
  });

  it("keeps the absolute end it was issued with, and follows the setting when idle", async () => {
    await using world = await aLogin({ ...EXPIRING, token_lifetime: 100 });
    Object.assign(world.tenant.state.clients.get("phone")?.refresh_token ?? {}, { token_lifetime: 1_000 });
    world.sandbox.clock.advance(100_000);
    expect((await world.exchange(world.tokens.refreshToken)).status).toBe(403);
    await using idle = await aLogin({ ...EXPIRING, token_lifetime: 1_000, idle_token_lifetime: 50 });
    Object.assign(idle.tenant.state.clients.get("phone")?.refresh_token ?? {}, { idle_token_lifetime: 500 });
    idle.sandbox.clock.advance(100_000);
    expect((await idle.exchange(idle.tokens.refreshToken)).status).toBe(200);
  });

  it("that rotates is replaced at each use; used again, the whole family ends", async () => {
    await using world = await aLogin({ rotation_type: "rotating" });
    const second = (await world.exchange(world.tokens.refreshToken)).body.refresh_token;
    expect(second).not.toBe(world.tokens.refreshToken);
    expect((await world.exchange(second)).status).toBe(200);
    world.sandbox.clock.advance(1);
    expect((await world.exchange(world.tokens.refreshToken)).status).toBe(403);
    const family = [...world.tenant.state.refreshTokens.values()];
    expect(family.map(({ revoked }) => revoked)).toEqual([true, true, true]);
  });

  it("that rotates may be used again within its leeway", async () => {
    await using world = await aLogin({ rotation_type: "rotating", leeway: 30 });
    await world.exchange(world.tokens.refreshToken);
    world.sandbox.clock.advance(30_000);
    expect((await world.exchange(world.tokens.refreshToken)).status).toBe(200);
    world.sandbox.clock.advance(1);
    expect((await world.exchange(world.tokens.refreshToken)).status).toBe(403);
  });

  it.each([
    { title: "by its id", call: "POST /refresh-tokens/revoke", body: (id: string) => ({ ids: [id] }), ended: true },
    {
      title: "by user and client",
      call: "POST /refresh-tokens/revoke",
      body: () => ({ user_id: "auth0|alice", client_id: "phone" }),
      ended: true,
    },
    {
      title: "by another client",
      call: "POST /refresh-tokens/revoke",
      body: () => ({ user_id: "auth0|alice", client_id: "other" }),
      ended: false,
    },
    {
      title: "with all of its user's",
      call: "DELETE /users/auth0%7Calice/refresh-tokens",
      body: () => undefined,
      ended: true,
    },
    {
      title: "with all of another user's",
      call: "DELETE /users/auth0%7Cbob/refresh-tokens",
      body: () => undefined,
      ended: false,
    },
  ])("is revoked $title: $ended", async ({ call, body, ended }) => {
    await using world = await aLogin({});
    const api = await adminApi(world.tenant);
    expect((await api(call, body(world.tokens.refreshTokenId))).status).toBe(202);
    expect((await world.exchange(world.tokens.refreshToken)).status).toBe(ended ? 403 : 200);
  });

  it("cannot be revoked by its client alone", async () => {
    await using world = await aLogin({});
    expect((await (await adminApi(world.tenant))("POST /refresh-tokens/revoke", { client_id: "phone" })).status).toBe(
      400,
    );
  });

  it("belongs to one client, and dies with it", async () => {
    await using world = await aLogin({});
    await (await adminApi(world.tenant))("POST /clients", { name: "other", app_type: "native" });
    const other = world.tenant.state.clients.all().find(({ name }) => name === "other");
    const stolen = {
      grant_type: "refresh_token",
      client_id: other?.client_id ?? "",
      refresh_token: world.tokens.refreshToken,
    };
    expect((await askToken(world.tenant, stolen)).status).toBe(403);
    await (await adminApi(world.tenant))("DELETE /clients/phone");
    expect((await world.exchange(world.tokens.refreshToken)).status).toBe(401);
  });
});
