import { describe, expect, it } from "vitest";
import { aSandbox, START } from "./support/a-sandbox.ts";

async function aControlledWorld() {
  const world = await aSandbox();
  const control = async (call: string, body?: unknown) => {
    const [method = "GET", path = ""] = call.split(" ");
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(`${world.sandbox.controlOrigin}${path}`, {
      method,
      ...(body === undefined ? {} : { body: text }),
    });
    const answered = await answer.text();
    return { status: answer.status, body: answered === "" ? undefined : JSON.parse(answered) };
  };
  const tenantStatus = async () => (await fetch(`${world.tenant.origin}/.well-known/jwks.json`)).status;
  return { ...world, control, tenantStatus };
}

describe("the control endpoint", () => {
  it("lists the tenants", async () => {
    await using world = await aControlledWorld();
    const { name, domain, origin } = world.tenant;
    const { body } = await world.control("GET /tenants");
    expect(body).toEqual({ tenants: [{ name, domain, origin, plan: "enterprise", requests: 0, faults: 0 }] });
  });

  it("adds faults, shows how often they struck, and clears them", async () => {
    await using world = await aControlledWorld();
    const rule = { match: { path: "/.well-known/*" }, times: 1, effect: { kind: "server-error", status: 500 } };
    expect(await world.control("POST /tenants/acme/faults", rule)).toEqual({ status: 201, body: rule });
    expect([await world.tenantStatus(), await world.tenantStatus()]).toEqual([500, 200]);
    expect((await world.control("GET /tenants/acme/faults")).body).toEqual({ faults: [{ ...rule, hits: 1 }] });
    expect((await world.control("DELETE /tenants/acme/faults")).status).toBe(204);
    expect((await world.control("GET /tenants/acme/faults")).body).toEqual({ faults: [] });
  });

  it.each([
    { kind: "latency", milliseconds: 5 },
    { kind: "throttle", retryAfter: 2 },
    { kind: "drop", when: "after" },
    { kind: "hang" },
    { kind: "malformed-json" },
    { kind: "wrong-content-type" },
    { kind: "redirect", location: "https://elsewhere.example" },
    { kind: "huge-body", megabytes: 1 },
    { kind: "short-page", missing: 1 },
    { kind: "total", total: 5 },
    { kind: "missing-scope", scope: "read:clients" },
    { kind: "missing-feature", as: "insufficient_entitlement" },
    { kind: "answer", status: 418, body: { any: "thing" } },
  ])("takes the effect $kind", async (effect) => {
    await using world = await aControlledWorld();
    expect((await world.control("POST /tenants/acme/faults", { effect })).status).toBe(201);
    expect(world.tenant.faults.list().map(({ rule }) => rule.effect)).toEqual([effect]);
  });

  it.each([
    { title: "no JSON", body: "nonsense" },
    { title: "no effect", body: {} },
    { title: "an unknown effect", body: { effect: { kind: "earthquake" } } },
    { title: "an unknown property", body: { effect: { kind: "hang" }, tmies: 3 } },
    { title: "a status that is no server error", body: { effect: { kind: "server-error", status: 200 } } },
  ])("refuses $title and says what is wrong", async ({ body }) => {
    await using world = await aControlledWorld();
    const answer = await world.control("POST /tenants/acme/faults", body);
    expect([answer.status, typeof answer.body.message]).toEqual([400, "string"]);
    expect(world.tenant.faults.list()).toEqual([]);
  });

  it("sets and advances the clock", async () => {
    await using world = await aControlledWorld();
    const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
    expect((await world.control("PUT /clock", { advance: 1_500 })).body).toEqual({ now: iso(START + 1_500) });
    expect((await world.control("PUT /clock", { set: "2030-01-01T00:00:00Z" })).body).toEqual({
      now: "2030-01-01T00:00:00.000Z",
    });
    expect((await world.control("PUT /clock", { set: START })).body).toEqual({ now: iso(START) });
    expect((await world.control("PUT /clock", { advance: -1 })).status).toBe(400);
    expect((await world.control("GET /clock")).body).toEqual({ now: iso(START) });
  });

  it("knows nothing else", async () => {
    await using world = await aControlledWorld();
    expect((await world.control("GET /nothing")).status).toBe(404);
    expect((await world.control("DELETE /clock")).status).toBe(405);
    expect((await world.control("POST /tenants/other/faults", { effect: { kind: "hang" } })).status).toBe(404);
  });
});

describe("the sandbox's clock", () => {
  it("wakes who sleeps until then", async () => {
    await using world = await aSandbox({}, { now: () => START, sleep: (_, signal) => never(signal) });
    const { clock } = world.sandbox;
    const woken: string[] = [];
    const sleeping = [10, 1_000].map((milliseconds) =>
      clock.sleep(milliseconds).then(() => woken.push(`${milliseconds}`)),
    );
    clock.advance(999);
    await sleeping[0];
    expect(woken).toEqual(["10"]);
    clock.set(START + 1_000);
    await sleeping[1];
    expect(woken).toEqual(["10", "1000"]);
  });

  it("lets a sleeper be aborted", async () => {
    await using world = await aSandbox({}, { now: () => START, sleep: (_, signal) => never(signal) });
    const caller = new AbortController();
    const sleeping = world.sandbox.clock.sleep(10, caller.signal);
    caller.abort(new Error("enough"));
    await expect(sleeping).rejects.toThrow("enough");
  });
});

/** Sleeps until aborted. */
function never(signal?: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<void>();
  signal?.addEventListener("abort", () => reject(signal.reason));
  return promise;
}
