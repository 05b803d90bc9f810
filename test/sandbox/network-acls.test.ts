import { describe, expect, it } from "vitest";
import type { NetworkAclRule } from "../../lib/sandbox/state/records.ts";
import { ADMIN, aSandbox, DOMAIN, MANAGEMENT_API, tokenOf } from "./support/a-sandbox.ts";

const HOME = "203.0.113.7";
const AWAY = "198.51.100.1";
const onlyFromHome: NetworkAclRule = {
  scope: "management",
  action: { block: true },
  not_match: { ipv4_cidrs: [`${HOME}/32`] },
};

const fromRange = (network: string, scope: string): NetworkAclRule => ({
  scope,
  action: { block: true },
  match: { ipv4_cidrs: [network] },
});

/** What a tenant with these rules answers to somebody: the Management API, then the token endpoint. */
async function statuses(rules: NetworkAclRule[], address: string, active = true): Promise<number[]> {
  await using world = await aSandbox();
  const authorization = `Bearer ${await tokenOf(world.tenant)}`;
  for (const [index, rule] of rules.entries()) {
    world.tenant.state.networkAcls.set(`acl_${index}`, { id: `acl_${index}`, active, priority: index + 1, rule });
  }
  const call = world.tenant.fetchFrom(address);
  const management = await call(`https://${DOMAIN}/api/v2/clients`, { headers: { authorization } });
  const login = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: ADMIN.id,
    client_secret: ADMIN.secret,
    audience: MANAGEMENT_API,
  });
  const token = await call(`https://${DOMAIN}/oauth/token`, { method: "POST", body: login });
  return [management.status, token.status];
}

describe("a network ACL", () => {
  it.each([
    { title: "blocks everything but one address", rules: [onlyFromHome], home: [200, 200], away: [403, 200] },
    {
      title: "blocks a range",
      rules: [fromRange("198.51.100.0/24", "management")],
      home: [200, 200],
      away: [403, 200],
    },
    {
      title: "blocks the whole tenant",
      rules: [fromRange("198.51.100.0/24", "tenant")],
      home: [200, 200],
      away: [403, 403],
    },
    { title: "blocks logins", rules: [fromRange(AWAY, "authentication")], home: [200, 200], away: [200, 403] },
    {
      title: "that spares ranges of both kinds spares who is in either",
      rules: [
        { ...onlyFromHome, not_match: { ipv4_cidrs: [`${HOME}/32`], ipv6_cidrs: ["2001:db8::/64"] } },
      ] satisfies NetworkAclRule[],
      home: [200, 200],
      away: [403, 200],
    },
    {
      title: "that only logs blocks nothing",
      rules: [{ ...onlyFromHome, action: { log: true } }],
      home: [200, 200],
      away: [200, 200],
    },
    {
      title: "that allows ends the matter for later ones",
      rules: [{ ...fromRange(AWAY, "management"), action: { allow: true } }, onlyFromHome],
      home: [200, 200],
      away: [200, 200],
    },
    {
      title: "that judges by network number never applies here",
      rules: [{ ...onlyFromHome, not_match: { asns: [64_496] } }],
      home: [200, 200],
      away: [200, 200],
    },
  ])("$title", async ({ rules, home, away }) => {
    expect(await statuses(rules, HOME)).toEqual(home);
    expect(await statuses(rules, AWAY)).toEqual(away);
    expect(await statuses(rules, AWAY, false)).toEqual([200, 200]);
  });

  it("ends the use of tokens that were issued before, and its owner can lift it from home", async () => {
    await using world = await aSandbox();
    const authorization = `Bearer ${await tokenOf(world.tenant)}`;
    const headers = { authorization, "content-type": "application/json" };
    const from = (address: string, method: string, path: string, body?: object) =>
      world.tenant.fetchFrom(address)(`${world.tenant.origin}/api/v2${path}`, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const acl = { description: "lock", active: true, priority: 1, rule: onlyFromHome };
    const created = await from(HOME, "POST", "/network-acls", acl);
    const { id } = (await created.json()) as { id: string };
    expect((await from(AWAY, "GET", "/clients")).status).toBe(403);
    expect((await from(HOME, "DELETE", `/network-acls/${id}`)).status).toBe(200);
    expect((await from(AWAY, "GET", "/clients")).status).toBe(200);
  });

  it("judges real requests by their address, which a header can replace", async () => {
    await using world = await aSandbox({ networkAcls: [{ rule: onlyFromHome }] });
    const authorization = `Bearer ${await tokenOf(world.tenant)}`;
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${world.tenant.origin}/api/v2/clients`, { headers: { authorization, ...headers } })).status;
    expect([await status({}), await status({ "x-sandbox-source-address": HOME })]).toEqual([403, 200]);
  });
});
