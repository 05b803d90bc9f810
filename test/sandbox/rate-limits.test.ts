import { describe, expect, it } from "vitest";
import { PLANS, type Plan } from "../../lib/sandbox/plan.ts";
import { type Api, adminApi, aSandbox, START } from "./support/a-sandbox.ts";
import { SEED } from "./support/tour.ts";

/** What the documentation says, typed in again: burst, and requests per minute once it is spent. */
const DOCUMENTED: Record<Plan, Record<string, [burst: number, perMinute: number]>> = {
  free: { general: [2, 120], clients: [2, 120], logs: [2, 120] },
  essentials: { general: [10, 150], clients: [5, 100], logs: [10, 100] },
  professional: { general: [10, 150], clients: [5, 100], logs: [10, 100] },
  enterprise: { general: [50, 960], clients: [50, 960], logs: [50, 960] },
  "enterprise-nonprod": { general: [10, 120], clients: [10, 120], logs: [10, 120] },
};
const CALLS: Record<string, string> = {
  general: "GET /tenants/settings",
  clients: "GET /clients/shop",
  logs: "GET /logs",
};

const table = PLANS.flatMap((plan) =>
  Object.entries(DOCUMENTED[plan]).map(([group, [burst, perMinute]]) => ({ plan, group, burst, perMinute })),
);

/** Asks until refused. */
async function drain(api: Api, call: string): Promise<number> {
  for (let count = 0; ; count++) if ((await api(call)).status === 429) return count;
}

describe("the Management API's limits", () => {
  it.each(table)(
    "$plan, $group: $burst at once, then $perMinute a minute",
    async ({ plan, group, burst, perMinute }) => {
      await using world = await aSandbox({ ...SEED, plan, rateLimits: true });
      const api = await adminApi(world.tenant);
      const call = CALLS[group] ?? "";
      expect(await drain(api, call)).toBe(burst);
      world.sandbox.clock.advance(60_000 / perMinute - 1);
      expect((await api(call)).status).toBe(429);
      world.sandbox.clock.advance(1);
      expect([(await api(call)).status, (await api(call)).status]).toEqual([200, 429]);
      let served = 0;
      for (let step = 0; step < 60_000 / 250; step++) {
        world.sandbox.clock.advance(250);
        while ((await api(call)).status === 200) served += 1;
      }
      expect(served).toBe(perMinute);
      if (plan === "enterprise-nonprod" && group === "logs")
        console.log(`rate limits: ${table.length} rows of plans and groups`);
    },
  );

  it("never save up more than the burst", async () => {
    await using world = await aSandbox({ plan: "enterprise", rateLimits: true });
    const api = await adminApi(world.tenant);
    await drain(api, "GET /tenants/settings");
    world.sandbox.clock.advance(3_600_000);
    expect(await drain(api, "GET /tenants/settings")).toBe(50);
  });

  it("keep reading clients apart from everything else on self-service plans only", async () => {
    for (const [plan, left] of [
      ["essentials", 10],
      ["enterprise", 0],
    ] as const) {
      await using world = await aSandbox({ ...SEED, plan, rateLimits: true });
      const api = await adminApi(world.tenant);
      await drain(api, "GET /clients");
      expect(await drain(api, "GET /tenants/settings"), plan).toBe(left);
      expect(await drain(api, "GET /clients/shop/credentials")).toBe(0);
    }
  });

  it("take email templates from a bucket of their own and from the general one on Enterprise", async () => {
    await using world = await aSandbox({ ...SEED, plan: "enterprise", rateLimits: true });
    const api = await adminApi(world.tenant);
    expect(await drain(api, "GET /email-templates/reset_email")).toBe(15);
    const refused = await api("GET /email-templates/reset_email");
    expect(refused.body.message).toBe("Endpoint limit has been reached");
    expect(refused.headers.get("x-ratelimit-limit")).toBe("15");
    expect(await drain(api, "GET /tenants/settings")).toBe(35);
    world.sandbox.clock.advance(400);
    expect((await api("GET /email-templates/reset_email")).status).toBe(200);
  });

  it("allow five signing key writes a day", async () => {
    await using world = await aSandbox({ plan: "enterprise", rateLimits: true });
    const api = await adminApi(world.tenant);
    for (let write = 0; write < 5; write++) expect((await api("POST /keys/signing/rotate")).status).toBe(201);
    expect((await api("POST /keys/signing/rotate")).status).toBe(429);
    expect((await api("GET /keys/signing")).status).toBe(200);
    expect(world.tenant.state.signingKeys.filter(({ current }) => current)).toHaveLength(1);
  });

  it("say on every answer what is left and when the bucket is full again", async () => {
    await using world = await aSandbox({ plan: "free", rateLimits: true });
    const api = await adminApi(world.tenant);
    const headersOf = async (call: string) => {
      const { headers } = await api(call);
      return ["limit", "remaining", "reset"].map((name) => Number(headers.get(`x-ratelimit-${name}`)));
    };
    expect(await headersOf("GET /tenants/settings")).toEqual([2, 1, START / 1000 + 1]);
    expect(await headersOf("GET /nowhere")).toEqual([2, 0, START / 1000 + 1]);
    expect(await headersOf("GET /tenants/settings")).toEqual([2, 0, START / 1000 + 1]);
    await using other = await aSandbox({ plan: "essentials", rateLimits: true, rateLimitReset: "next-token" });
    const otherApi = await adminApi(other.tenant);
    await drain(otherApi, "GET /tenants/settings");
    expect((await otherApi("GET /tenants/settings")).headers.get("x-ratelimit-reset")).toBe(String(START / 1000 + 1));
  });

  it("refuse in Auth0's words and note it in the log", async () => {
    await using world = await aSandbox({ plan: "free", rateLimits: true });
    const api = await adminApi(world.tenant);
    await drain(api, "GET /tenants/settings");
    const { body } = await api("GET /tenants/settings");
    const expected = {
      statusCode: 429,
      error: "Too Many Requests",
      message: "Global limit has been reached",
      errorCode: "too_many_requests",
    };
    expect(body).toEqual(expected);
    expect(world.tenant.logs.filter(({ type }) => type === "api_limit")).toHaveLength(2);
  });

  it("leave the Authentication API alone, and can be switched off", async () => {
    await using world = await aSandbox({ plan: "free", rateLimits: true });
    for (let login = 0; login < 5; login++) await adminApi(world.tenant);
    await using free = await aSandbox({ plan: "free" });
    const api = await adminApi(free.tenant);
    for (let count = 0; count < 60; count++) {
      const { status, headers } = await api("GET /tenants/settings");
      expect([status, headers.get("x-ratelimit-limit")]).toEqual([200, null]);
    }
  });
});
