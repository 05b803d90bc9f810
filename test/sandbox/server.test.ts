import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../lib/sandbox/start-sandbox.ts";
import { aSandbox, START } from "./support/a-sandbox.ts";

/** A request with headers that `fetch` does not let one set. */
function rawStatus(origin: string, headers: Record<string, string>): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const outgoing = request(`${origin}/.well-known/openid-configuration`, { headers }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  });
  outgoing.on("error", reject).end();
  return promise;
}

describe("a tenant's server", () => {
  it("listens on the loopback address, each tenant on a port of its own", async () => {
    const tenants = ["one", "two"].map((name) => ({ name, domain: `${name}.auth0.com` }));
    await using sandbox = await startSandbox({ tenants });
    const origins = sandbox.tenants.map(({ origin }) => origin);
    expect(new Set(origins).size).toBe(2);
    for (const { origin, domain } of sandbox.tenants) {
      expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      const discovery = await fetch(`${origin}/.well-known/openid-configuration`);
      expect(await discovery.json()).toMatchObject({ issuer: `https://${domain}/` });
    }
    expect(sandbox.controlOrigin).toBeNull();
    expect(() => sandbox.tenant("three")).toThrow(TypeError);
  });

  it("answers to loopback names only, and to no page of another origin", async () => {
    await using world = await aSandbox();
    for (const origin of [world.tenant.origin, world.sandbox.controlOrigin ?? ""]) {
      expect(await rawStatus(origin, { host: "evil.example" })).toBe(421);
      expect(await rawStatus(origin, { origin: "https://evil.example" })).toBe(421);
      expect(await rawStatus(origin, { host: "localhost" })).not.toBe(421);
    }
  });

  it("stops at once, though a request hangs", async () => {
    const world = await aSandbox();
    world.tenant.faults.add({ effect: { kind: "hang" } });
    const hanging = fetch(world.tenant.origin).catch((error: Error) => error.message);
    await expect.poll(() => world.tenant.requests.length).toBe(1);
    await world.sandbox.close();
    expect(await hanging).toBe("fetch failed");
  });

  it("breaks the connection when told to", async () => {
    await using world = await aSandbox();
    world.tenant.faults.add({ times: 1, effect: { kind: "drop" } });
    await expect(fetch(world.tenant.origin)).rejects.toThrow("fetch failed");
    expect((await fetch(`${world.tenant.origin}/.well-known/jwks.json`)).status).toBe(200);
  });

  it("remembers of a request nothing but its outline", async () => {
    await using world = await aSandbox();
    const headers = { authorization: "Bearer canary", "x-canary": "canary" };
    await fetch(`${world.tenant.origin}/api/v2/clients?page=1`, { headers });
    expect(world.tenant.requests).toEqual([
      { method: "GET", path: "/api/v2/clients", query: { page: "1" }, status: 401, at: START },
    ]);
  });

  it("gives its ports back when another tenant cannot start", async () => {
    await using world = await aSandbox();
    const port = Number(new URL(world.tenant.origin).port);
    const tenants = ["one", "two"].map((name) => ({ name, domain: `${name}.auth0.com` }));
    await expect(startSandbox({ tenants, ports: { two: port } })).rejects.toThrow("EADDRINUSE");
  });

  it("in memory reaches its own domain and origin, and nothing else", async () => {
    await using world = await aSandbox();
    const path = "/.well-known/jwks.json";
    for (const origin of [world.tenant.origin, `https://${world.tenant.domain}`]) {
      expect((await world.tenant.fetch(origin + path)).status).toBe(200);
    }
    await expect(world.tenant.fetch(`https://elsewhere.example${path}`)).rejects.toThrow("fetch failed");
  });
});

describe("the same seed of randomness", () => {
  it("makes the same tenant twice", async () => {
    const ids = async () => {
      await using world = await aSandbox({ clients: [{ name: "a" }, { name: "b" }] });
      return [...world.tenant.state.clients.keys(), ...world.tenant.state.signingKeys.map(({ kid }) => kid)];
    };
    expect(await ids()).toEqual(await ids());
  });
});
