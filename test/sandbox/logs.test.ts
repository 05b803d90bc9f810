import { describe, expect, it } from "vitest";
import { ADMIN, adminApi, aSandbox, askManagementToken, machine, START } from "./support/a-sandbox.ts";

const DAY = 86_400_000;
const idsOf = (events: { log_id: string }[]) => events.map(({ log_id }) => log_id);

/** Events of three clients, one a minute. */
const seeds = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    type: index % 2 === 0 ? "seccft" : "sapi",
    description: `event ${index}`,
    client_id: `client-${index % 3}`,
    date: new Date(START - (count - index) * 60_000).toISOString(),
  }));

describe("the log", () => {
  it("tells of logins, failures and writes, and who did them", async () => {
    await using world = await aSandbox({ clients: [machine("shop")] });
    await askManagementToken(world.tenant, ADMIN.id, "wrong");
    const api = await adminApi(world.tenant);
    await api("PATCH /clients/shop", { description: "x" });
    await api("GET /tenants/settings");
    await api("PATCH /clients/nobody", { description: "x" });
    const events = world.tenant.logs.filter(({ type }) => type !== "mgmt_api_read");
    expect(events.map(({ type, client_id, description }) => [type, client_id, description])).toEqual([
      ["feccft", ADMIN.id, "Unauthorized"],
      ["seccft", ADMIN.id, "Client credentials for access token"],
      ["sapi", ADMIN.id, "Update a client"],
    ]);
  });

  it("has ids that grow, also when the clock is set back", async () => {
    await using world = await aSandbox();
    const api = await adminApi(world.tenant);
    world.sandbox.clock.advance(DAY);
    await adminApi(world.tenant);
    world.sandbox.clock.set(START);
    await api("PATCH /tenants/settings", { friendly_name: "x" });
    const ids = idsOf(world.tenant.logs);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(3);
  });
});

describe("searching the log", () => {
  it("gives the newest first, and pages with totals", async () => {
    await using world = await aSandbox({ logs: seeds(12) });
    const api = await adminApi(world.tenant);
    const { body } = await api("GET /logs?per_page=5&page=1&include_totals=true");
    expect([body.start, body.limit, body.length, body.total]).toEqual([5, 5, 5, 13]);
    const everything = (await api("GET /logs?per_page=100")).body;
    expect(idsOf(everything)).toEqual(idsOf(world.tenant.logs).toReversed());
    expect(idsOf((await api("GET /logs?per_page=100&sort=date:1")).body)).toEqual(idsOf(world.tenant.logs));
  });

  it.each([
    { q: "type:sapi", found: 6 },
    { q: 'type:"sapi"', found: 6 },
    { q: 'type:seccft AND client_id:"client-0"', found: 2 },
    { q: "type:(sapi OR seccft)", found: 13 },
    { q: "NOT type:sapi AND NOT client_id:admin-client", found: 6 },
    { q: "client_id:client-*", found: 12 },
    { q: "type:SAPI", found: 0 },
    { q: `date:[${new Date(START - 3 * 60_000).toISOString()} TO *] AND client_id:client-*`, found: 3 },
  ])("$q finds $found", async ({ q, found }) => {
    await using world = await aSandbox({ logs: seeds(12) });
    const { body } = await (await adminApi(world.tenant))(`GET /logs?per_page=100&q=${encodeURIComponent(q)}`);
    expect(body).toHaveLength(found);
  });

  it("does not reach into details, nor beyond 1,000 events", async () => {
    await using world = await aSandbox({ logs: seeds(1_200) });
    const api = await adminApi(world.tenant);
    expect((await api("GET /logs?q=details.request.path:x")).status).toBe(400);
    expect((await api("GET /logs?per_page=100&page=9")).body).toHaveLength(100);
    expect((await api("GET /logs?per_page=100&page=10")).status).toBe(400);
    expect((await api("GET /logs?include_totals=true")).body.total).toBe(1_000);
  });
});

describe("reading the log by checkpoint", () => {
  it("goes through everything once, oldest first, and on from where it stopped", async () => {
    await using world = await aSandbox({ logs: seeds(1_200) });
    const api = await adminApi(world.tenant);
    const seen: string[] = [];
    let next = "/logs?take=100";
    for (;;) {
      const { body, headers } = await api(`GET ${next}`);
      if (body.length === 0) break;
      seen.push(...idsOf(body));
      next = /<https:\/\/[^/]+\/api\/v2(\/[^>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1] ?? "missing link";
    }
    expect(seen).toEqual(idsOf(world.tenant.logs));
    await api("PATCH /tenants/settings", { friendly_name: "later" });
    expect((await api(`GET ${next}`)).body.map(({ type }: { type: string }) => type)).toEqual(["sapi"]);
  });

  it("allows 100 at a time", async () => {
    await using world = await aSandbox();
    expect((await (await adminApi(world.tenant))("GET /logs?take=101")).status).toBe(400);
  });
});

describe("what can be read", () => {
  it.each([
    { plan: "free" as const, days: 1 },
    { plan: "essentials" as const, days: 5 },
    { plan: "professional" as const, days: 10 },
    { plan: "enterprise" as const, days: 30 },
  ])("on $plan goes back $days days", async ({ plan, days }) => {
    await using world = await aSandbox({
      plan,
      logs: [{ type: "w", description: "old", date: new Date(START).toISOString() }],
    });
    world.sandbox.clock.advance(days * DAY);
    const query = "GET /logs?q=type:w";
    expect((await (await adminApi(world.tenant))(query)).body).toHaveLength(1);
    world.sandbox.clock.advance(1);
    expect((await (await adminApi(world.tenant))(query)).body).toHaveLength(0);
  });

  it("comes late where the tenant's log is slow", async () => {
    await using world = await aSandbox({ logDelay: 10 });
    const api = await adminApi(world.tenant);
    expect((await api("GET /logs")).body).toEqual([]);
    world.sandbox.clock.advance(10_000);
    const [event] = (await api("GET /logs")).body;
    expect((await api(`GET /logs/${event.log_id}`)).body).toEqual(event);
    expect((await api("GET /logs/900")).status).toBe(404);
  });
});
