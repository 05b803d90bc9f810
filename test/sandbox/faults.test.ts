import { describe, expect, it } from "vitest";
import type { FaultEffect } from "../../lib/sandbox/faults/fault.ts";
import { adminApi, aSandbox, START, send, tokenOf } from "./support/a-sandbox.ts";

const CLIENTS = Array.from({ length: 5 }, (_, index) => ({ name: `app ${index}`, client_id: `app-${index}` }));
const LIST = "GET /clients?is_global=false&include_totals=true";

/** A tenant in which one thing goes wrong in the Management API. */
async function aFaultyWorld(effect: FaultEffect) {
  const world = await aSandbox({ clients: CLIENTS });
  const api = await adminApi(world.tenant);
  world.tenant.faults.add({ match: { path: "/api/v2/*" }, effect });
  return { ...world, api };
}

describe("a fault that answers in the tenant's place", () => {
  it.each([
    {
      title: "throttling with headers",
      effect: { kind: "throttle", retryAfter: 7, resetIn: 3 } as const,
      status: 429,
      body: {
        statusCode: 429,
        error: "Too Many Requests",
        message: "Global limit has been reached",
        errorCode: "too_many_requests",
      },
      headers: { "retry-after": "7", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(START / 1000 + 3) },
    },
    {
      title: "throttling without headers",
      effect: { kind: "throttle", headers: false, limit: "endpoint" } as const,
      status: 429,
      body: { message: "Endpoint limit has been reached" },
      headers: { "retry-after": null, "x-ratelimit-reset": null },
    },
    {
      title: "a server error",
      effect: { kind: "server-error" } as const,
      status: 503,
      body: { statusCode: 503 },
      headers: {},
    },
    {
      title: "another server error",
      effect: { kind: "server-error", status: 502 } as const,
      status: 502,
      body: {},
      headers: {},
    },
    {
      title: "a missing scope",
      effect: { kind: "missing-scope", scope: "read:clients" } as const,
      status: 403,
      body: { message: "Insufficient scope, expected any of: read:clients", errorCode: "insufficient_scope" },
      headers: {},
    },
    {
      title: "a missing feature",
      effect: { kind: "missing-feature" } as const,
      status: 403,
      body: { errorCode: "feature_not_enabled" },
      headers: {},
    },
    {
      title: "a missing feature as 400",
      effect: { kind: "missing-feature", as: "feature_not_enabled_400" } as const,
      status: 400,
      body: { errorCode: "feature_not_enabled" },
      headers: {},
    },
    {
      title: "any answer",
      effect: { kind: "answer", status: 418, body: { teapot: true }, headers: { "x-tea": "green" } } as const,
      status: 418,
      body: { teapot: true },
      headers: { "x-tea": "green" },
    },
  ])("$title", async ({ effect, status, body, headers }) => {
    await using world = await aFaultyWorld(effect);
    const answer = await world.api("DELETE /clients/app-0");
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(body);
    for (const [name, value] of Object.entries(headers)) expect(answer.headers.get(name), name).toBe(value);
    expect(world.tenant.state.clients.has("app-0")).toBe(true);
  });
});

describe("a fault before or after the effect", () => {
  it.each([
    { kind: "server-error" as const, outcome: 503 },
    { kind: "drop" as const, outcome: "fetch failed" },
  ])("$kind", async ({ kind, outcome }) => {
    for (const when of ["before", "after"] as const) {
      await using world = await aFaultyWorld({ kind, when });
      const seen = await world.api("DELETE /clients/app-0").then(
        ({ status }) => status,
        (error: Error) => error.message,
      );
      expect(seen).toBe(outcome);
      expect(world.tenant.state.clients.has("app-0"), when).toBe(when === "before");
      expect(world.tenant.requests.at(-1)?.status).toBe(kind === "drop" ? null : 503);
    }
  });

  it.each(["before", "after"] as const)("hanging %s it, until the caller gives up", async (when) => {
    await using world = await aFaultyWorld({ kind: "hang", when });
    const token = await tokenOf(world.tenant);
    const caller = new AbortController();
    const waiting = world.tenant.fetch(`${world.tenant.origin}/api/v2/clients/app-0`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}` },
      signal: caller.signal,
    });
    const outcome = waiting.catch((error: unknown) => error);
    await expect.poll(() => world.tenant.state.clients.has("app-0")).toBe(when === "before");
    caller.abort(new Error("enough"));
    expect(await outcome).toEqual(new Error("enough"));
  });
});

describe("a fault that spoils the answer", () => {
  it("cuts JSON off", async () => {
    await using world = await aFaultyWorld({ kind: "malformed-json" });
    await expect(world.api(LIST)).rejects.toThrow(SyntaxError);
  });

  it("claims another content type", async () => {
    await using world = await aFaultyWorld({ kind: "wrong-content-type" });
    expect((await world.api(LIST)).headers.get("content-type")).toBe("text/html");
  });

  it("leaves items out and keeps the total", async () => {
    await using world = await aFaultyWorld({ kind: "short-page", missing: 2 });
    const { body } = await world.api(LIST);
    expect([body.total, body.clients.length]).toEqual([6, 4]);
  });

  it("claims another total, also by page", async () => {
    await using world = await aFaultyWorld({ kind: "total", total: (page) => 100 + page });
    const totals = await Promise.all([0, 1].map(async (page) => (await world.api(`${LIST}&page=${page}`)).body.total));
    expect(totals).toEqual([100, 101]);
  });

  it("sends megabytes", async () => {
    await using world = await aFaultyWorld({ kind: "huge-body", megabytes: 3 });
    const { body } = await world.api(LIST);
    expect(body.padding).toHaveLength(3 * 1_048_576);
  });

  it("redirects, which a careful caller does not follow", async () => {
    await using world = await aFaultyWorld({ kind: "redirect", location: "https://elsewhere.example/" });
    const call = (redirect: "manual" | "error" | "follow") =>
      world.tenant.fetch(`${world.tenant.origin}/api/v2/clients`, { redirect });
    const manual = await call("manual");
    expect([manual.status, manual.headers.get("location")]).toEqual([302, "https://elsewhere.example/"]);
    await expect(call("error")).rejects.toThrow(TypeError);
    await expect(call("follow")).rejects.toThrow(TypeError);
  });
});

describe("a rule", () => {
  const struckBy = async (world: Awaited<ReturnType<typeof aSandbox>>, calls: string[]) => {
    const api = await adminApi(world.tenant);
    const statuses: number[] = [];
    for (const call of calls) statuses.push((await api(call)).status);
    return statuses;
  };

  it("skips some requests and then befalls some", async () => {
    await using world = await aSandbox();
    const api = await adminApi(world.tenant);
    const fault = world.tenant.faults.add({
      match: { path: "/api/v2/clients" },
      skip: 1,
      times: 2,
      effect: { kind: "server-error" },
    });
    const statuses: number[] = [];
    for (let count = 0; count < 5; count++) statuses.push((await api("GET /clients")).status);
    expect(statuses).toEqual([200, 503, 503, 200, 200]);
    expect(fault.hits).toBe(2);
  });

  it.each([
    { match: { method: "get" }, statuses: [503, 503, 503, 404] },
    { match: { path: "/api/v2/clients" }, statuses: [503, 503, 200, 404] },
    { match: { path: "/api/v2/*" }, statuses: [503, 503, 503, 503] },
    { match: { path: /settings$/ }, statuses: [200, 200, 503, 404] },
    { match: { query: { page: "1" } }, statuses: [200, 503, 200, 404] },
    { match: { method: "DELETE", path: "/api/v2/nowhere" }, statuses: [200, 200, 200, 503] },
  ])("befalls what it matches: $match", async ({ match, statuses }) => {
    await using world = await aSandbox();
    world.tenant.faults.add({ match, effect: { kind: "server-error" } });
    const calls = ["GET /clients", "GET /clients?page=1", "GET /tenants/settings", "DELETE /nowhere"];
    expect(await struckBy(world, calls)).toEqual(statuses);
  });

  it("is gone once removed or cleared", async () => {
    await using world = await aSandbox();
    world.tenant.faults.add({ effect: { kind: "server-error" } }).remove();
    world.tenant.faults.add({ effect: { kind: "server-error" } });
    world.tenant.faults.clear();
    expect(await struckBy(world, ["GET /clients"])).toEqual([200]);
    expect(world.tenant.faults.list()).toEqual([]);
  });

  it("delays on the sandbox's clock, beside the tenant's own latency", async () => {
    await using world = await aSandbox({ latency: 40 });
    world.tenant.faults.add({ effect: { kind: "latency", milliseconds: 1_000 } });
    await send(world.tenant, "/.well-known/openid-configuration");
    expect(world.sandbox.clock.now()).toBe(START + 1_040);
  });
});
