import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { ManagementClient } from "auth0";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../lib/model/clock.ts";
import { createRouter } from "../../lib/sandbox/http/route.ts";
import { ENDPOINTS } from "../../lib/sandbox/management/endpoints.ts";
import { ADMIN, aSandbox, DOMAIN, MANAGEMENT_API, machine } from "./support/a-sandbox.ts";
import { SEED } from "./support/tour.ts";

const spki = (key: KeyObject) => key.export({ format: "pem", type: "spki" }).toString();
const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** A `fetch` that sends what is meant for the tenant's domain to the sandbox's port on this machine. */
function overLoopback(origin: string): typeof fetch {
  return (input, init) => fetch(String(input).replace(`https://${DOMAIN}`, origin), init);
}

describe("Auth0's own SDK, over HTTP", () => {
  let world: Awaited<ReturnType<typeof aSandbox>>;
  let auth0: ManagementClient;

  beforeAll(async () => {
    const robot = machine("sdk-robot", { credentials: [{ pem: spki(keys.publicKey) }] });
    const grant = { client_id: "sdk-robot", audience: MANAGEMENT_API, scope: ["read:tenant_settings"] };
    const seed = { ...SEED, clients: [...SEED.clients, robot], clientGrants: [...SEED.clientGrants, grant] };
    world = await aSandbox(seed, systemClock);
    const login = { domain: DOMAIN, clientId: ADMIN.id, clientSecret: ADMIN.secret };
    auth0 = new ManagementClient({ ...login, fetch: overLoopback(world.tenant.origin), maxRetries: 0 });
  });
  afterAll(() => world.sandbox.close());

  it("works with applications and their secrets", async () => {
    const created = await auth0.clients.create({ name: "by the SDK", app_type: "non_interactive" });
    const id = created.client_id ?? "";
    await auth0.clients.update(id, { client_secret: "s".repeat(64), description: "changed" });
    expect((await auth0.clients.get(id, { fields: "description", include_fields: true })).description).toBe("changed");
    expect((await auth0.clients.rotateSecret(id)).client_secret).not.toBe("s".repeat(64));
    await auth0.clients.delete(id);
    await expect(auth0.clients.get(id)).rejects.toMatchObject({ statusCode: 404 });
  });

  it("pages through applications, grants and APIs", async () => {
    const names: string[] = [];
    for await (const client of await auth0.clients.list({ per_page: 2, include_totals: true, is_global: false })) {
      names.push(client.name ?? "");
    }
    expect(names).toHaveLength(world.tenant.state.clients.size - 1);
    const grants: string[] = [];
    for await (const grant of await auth0.clientGrants.list({ take: 1 })) grants.push(grant.id ?? "");
    expect(grants).toEqual([...world.tenant.state.clientGrants.keys()]);
    const apis: string[] = [];
    for await (const api of await auth0.resourceServers.list({ per_page: 2, include_totals: true }))
      apis.push(api.id ?? "");
    expect(apis).toEqual([...world.tenant.state.resourceServers.keys()]);
  });

  it("works with registered keys", async () => {
    const pem = spki(generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey);
    const created = await auth0.clients.credentials.create("robot", {
      credential_type: "public_key",
      pem,
      name: "new",
    });
    const id = created.id ?? "";
    expect(await auth0.clients.credentials.list("robot")).toHaveLength(2);
    const expires_at = "2030-01-01T00:00:00.000Z";
    expect((await auth0.clients.credentials.update("robot", id, { expires_at })).expires_at).toBe(expires_at);
    expect((await auth0.clients.credentials.get("robot", id)).name).toBe("new");
    await auth0.clients.credentials.delete("robot", id);
    expect(await auth0.clients.credentials.list("robot")).toHaveLength(1);
  });

  it("works with grants and their organizations", async () => {
    const wanted = { client_id: "window", audience: "https://spare/", scope: [], organization_usage: "allow" as const };
    const { id = "" } = await auth0.clientGrants.create(wanted);
    expect((await auth0.clientGrants.update(id, { scope: ["read:all"] })).scope).toEqual(["read:all"]);
    expect((await auth0.clientGrants.get(id)).client_id).toBe("window");
    await auth0.organizations.clientGrants.create("org_2", { grant_id: id });
    expect((await auth0.clientGrants.organizations.list(id)).data.map((organization) => organization.id)).toEqual([
      "org_2",
    ]);
    expect((await auth0.organizations.clientGrants.list("org_2")).data.map((grant) => grant.id)).toEqual([id]);
    await auth0.organizations.clientGrants.delete("org_2", id);
    await auth0.clientGrants.delete(id);
    await auth0.clientGrants.delete(id);
    expect(world.tenant.state.clientGrants.has(id)).toBe(false);
  });

  it("works with APIs and settings", async () => {
    const { id = "" } = await auth0.resourceServers.create({ identifier: "https://sdk/", token_lifetime: 60 });
    expect((await auth0.resourceServers.update(id, { token_lifetime: 120 })).token_lifetime).toBe(120);
    expect((await auth0.resourceServers.get(encodeURIComponent(MANAGEMENT_API))).is_system).toBe(true);
    await auth0.resourceServers.delete(id);
    await auth0.tenants.settings.update({ session_lifetime: 12 });
    expect((await auth0.tenants.settings.get({ fields: "session_lifetime" })).session_lifetime).toBe(12);
  });

  it("works with actions, network ACLs and email templates", async () => {
    const trigger = { id: "post-login" as const, version: "v3" };
    const action = await auth0.actions.create({
      name: "sdk",
      supported_triggers: [trigger],
      secrets: [{ name: "A", value: "b" }],
    });
    const actionId = action.id ?? "";
    await auth0.actions.update(actionId, { code: "exports.onExecutePostLogin = async () => {};" });
    expect((await auth0.actions.get(actionId)).secrets?.[0]).not.toHaveProperty("value");
    expect((await auth0.actions.list({ per_page: 1 })).data).toHaveLength(1);
    await auth0.actions.delete(actionId);
    const rule = { scope: "management" as const, action: { log: true as const }, match: { asns: [64496] } };
    const acl = { description: "sdk", active: false, priority: 77, rule };
    await auth0.networkAcls.create(acl);
    const id = (await auth0.networkAcls.list({ include_totals: true })).data.at(-1)?.id ?? "";
    await auth0.networkAcls.set(id, { ...acl, priority: 78 });
    expect((await auth0.networkAcls.update(id, { active: true })).active).toBe(true);
    expect((await auth0.networkAcls.get(id)).priority).toBe(78);
    await auth0.networkAcls.delete(id);
    const template = {
      template: "user_invitation" as const,
      body: "",
      from: "",
      subject: "",
      syntax: "liquid",
      enabled: true,
    };
    await auth0.emailTemplates.create(template);
    await auth0.emailTemplates.set("user_invitation", template);
    await auth0.emailTemplates.update("user_invitation", { urlLifetimeInSeconds: 60 });
    expect((await auth0.emailTemplates.get("user_invitation")).urlLifetimeInSeconds).toBe(60);
  });

  it("works with users' tokens and sessions, logs and signing keys", async () => {
    const tokens = await world.tenant.issueUserTokens({
      clientId: "window",
      userId: "auth0|u",
      audience: "https://spare/",
    });
    expect((await auth0.users.refreshToken.list("auth0|u")).data[0]?.id).toBe(tokens.refreshTokenId);
    await auth0.refreshTokens.revoke({ ids: [tokens.refreshTokenId] });
    await auth0.users.refreshToken.delete("auth0|u");
    expect((await auth0.users.sessions.list("auth0|u")).data).toHaveLength(1);
    await auth0.users.sessions.delete("auth0|u");
    const events = (await auth0.logs.list({ per_page: 5, include_totals: true })).data;
    expect((await auth0.logs.get(events[0]?.log_id ?? "")).type).toBe("sapi");
    const [first] = await auth0.keys.signing.list();
    expect((await auth0.keys.signing.get(first?.kid ?? "")).current).toBe(true);
    await auth0.keys.signing.rotate();
    await auth0.keys.signing.revoke(first?.kid ?? "");
    await expect(auth0.tenants.settings.get()).rejects.toMatchObject({ statusCode: 401 });
  });

  it("logs in with a private key", async () => {
    const clientAssertionSigningKey = keys.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    const login = { domain: DOMAIN, clientId: "sdk-robot", clientAssertionSigningKey };
    const byKey = new ManagementClient({ ...login, fetch: overLoopback(world.tenant.origin), maxRetries: 0 });
    expect(await byKey.tenants.settings.get()).toHaveProperty("flags");
  });

  it("has been through every endpoint", () => {
    const route = createRouter(ENDPOINTS);
    const visited = new Set(
      world.tenant.requests.map(({ method, path }) => {
        const routing = route(method, path.replace(/^\/api\/v2/, ""));
        return routing.kind === "found" ? routing.match.route : undefined;
      }),
    );
    const missed = ENDPOINTS.filter((endpoint) => !visited.has(endpoint)).map(
      ({ method, path }) => `${method} ${path}`,
    );
    expect(missed).toEqual([]);
    console.log(`official SDK: ${world.tenant.requests.length} requests to ${ENDPOINTS.length} endpoints`);
  });
});
