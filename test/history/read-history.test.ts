import { describe, expect, test } from "vitest";
import type { Exchanges } from "../../lib/history/history.ts";
import type { LifetimeRecord } from "../../lib/history/lifetimes.ts";
import type { LogRecord } from "../../lib/history/log-record.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { askManagementToken, askToken, START } from "../sandbox/support/a-sandbox.ts";
import { aRememberedTenant, DAY, remembered } from "../support/remembered-tenant.ts";
import { event, OLD_EVENT, SHOP } from "./a-shop.ts";

const GRANT = { client_id: "shop", audience: "https://acme.eu.auth0.com/api/v2/", scope: ["read:users"] };

const logOf = async (world: Awaited<ReturnType<typeof aRememberedTenant>>) =>
  (await remembered(world.table)).LOG as LogRecord;

const exchanges = ({ exchanges: log }: { exchanges: unknown }) => log as Exchanges;

describe("when an application was last given a token", () => {
  test("comes from the log, and stays known when the log forgets it", async () => {
    await using world = await aRememberedTenant({ clients: [SHOP], clientGrants: [GRANT], logs: [OLD_EVENT] });
    await askManagementToken(world.tenant, "shop", "shop-secret");
    for (let day = 0; day < 60; day += 1) {
      await world.run();
      world.advance(1);
    }

    const { since, until, lastSeen } = exchanges(await world.run());

    expect([lastSeen.get("shop"), since, until]).toEqual([START, START - 29 * DAY, START + 60 * DAY]);
  });

  test("does not count what failed, nor Curfew's own requests", async () => {
    await using world = await aRememberedTenant({ clients: [SHOP], clientGrants: [GRANT], logs: [OLD_EVENT] });
    await askManagementToken(world.tenant, "shop", "wrong");
    const own = { "user-agent": "curfew/1" };
    const ask = { grant_type: "client_credentials", client_id: "shop", client_secret: "shop-secret" };
    expect((await askToken(world.tenant, { ...ask, audience: GRANT.audience }, own)).status).toBe(200);

    expect(exchanges(await world.run()).lastSeen.has("shop")).toBe(false);
  });

  test("the auditor's own logins are not among them", async () => {
    await using world = await aRememberedTenant({ logs: [OLD_EVENT] });
    await world.admin("GET /tenants/settings");
    world.advance(3);
    await world.run();

    expect(exchanges(await world.run()).lastSeen.get("admin-client")).toBe(START);
  });
});

describe("a gap in the log", () => {
  test("is none while it is read within its retention", async () => {
    await using world = await aRememberedTenant({ clients: [SHOP], logs: [OLD_EVENT] });
    await world.run();
    world.advance(29);

    const history = await world.run();

    expect([history.notes, exchanges(history).since]).toEqual([[], START - 29 * DAY]);
  });

  test("is found and told once when the last reading is longer ago; what is known begins anew", async () => {
    await using world = await aRememberedTenant({ clients: [SHOP], clientGrants: [GRANT], logs: [OLD_EVENT] });
    await world.admin("POST /clients/shop/rotate-secret");
    await world.run();
    world.advance(45);

    const history = await world.run({ run: { id: "late", startedAt: new Date(world.now()).toISOString() } });
    const again = await world.run({ run: { id: "late", startedAt: new Date(world.now()).toISOString() } });
    world.advance(1);
    const next = await world.run();

    // The auditor's login is the oldest event that is left.
    const since = START + 45 * DAY;
    expect(history.notes).toEqual([
      "The tenant's log has a gap from 2026-11-23 06:00 UTC to 2027-01-07 06:00 UTC: Auth0 no longer has these events. What is known from the log begins anew.",
    ]);
    expect(again.notes).toEqual(history.notes);
    expect(next.notes).toEqual([]);
    expect(exchanges(next)).toMatchObject({ since, lastSeen: new Map() });
    expect(next.secrets.get("shop")).toEqual({ since, source: "tenant-log", isAtLeast: true });
    expect((await logOf(world)).gaps).toEqual([
      { from: START, to: since, run: `${new Date(since).toISOString()}#late` },
    ]);
  });

  test("is found where the plan keeps events for less time than the configuration says", async () => {
    await using world = await aRememberedTenant({ plan: "enterprise", logs: [OLD_EVENT] });
    world.tenant.state.plan = "free";
    await world.run();
    world.advance(3);
    await world.admin("PATCH /tenants/settings", { friendly_name: "x" });

    expect((await world.run()).notes).toHaveLength(1);
  });

  test("is supposed after a time longer than the retention even where nothing new is to be read yet", async () => {
    await using world = await aRememberedTenant({ logs: [OLD_EVENT], logDelay: 3_600 });
    await world.run();
    world.advance(45);

    const history = await world.run();

    expect(history.notes).toHaveLength(1);
    expect(exchanges(history)).toMatchObject({ since: START + 45 * DAY, until: START + 45 * DAY });
  });

  test("is none on a quiet tenant whose log reaches back", async () => {
    await using world = await aRememberedTenant({ logs: [OLD_EVENT] });
    await world.run();
    world.advance(3);

    expect((await world.run()).notes).toEqual([]);
  });

  test("is supposed where Auth0 refuses the position and its oldest event is newer", async () => {
    await using world = await aRememberedTenant({ logs: [OLD_EVENT] });
    await world.run();
    const { position } = await logOf(world);
    world.advance(1);
    const match = { path: "/api/v2/logs", query: { from: position?.id ?? "" } };
    world.tenant.faults.add({ match, effect: { kind: "answer", status: 400, body: { message: "unknown from" } } });
    const proven = await world.run();
    world.tenant.logs.splice(0, world.tenant.logs.length - 1);
    const { position: second } = await logOf(world);
    world.tenant.faults.add({
      match: { path: "/api/v2/logs", query: { from: second?.id ?? "" } },
      effect: { kind: "answer", status: 404, body: { message: "unknown from" } },
    });
    world.advance(1);
    await world.admin("PATCH /tenants/settings", { friendly_name: "x" });
    world.tenant.logs.splice(0, world.tenant.logs.length - 1);

    expect(proven.notes).toEqual([]);
    expect((await world.run()).notes).toHaveLength(1);
  });
});

describe("a log with more events than time", () => {
  const logs = Array.from({ length: 950 }, (_, index) =>
    event("seccft", 29 - index / 100, { client_id: index === 940 ? "shop" : "other" }),
  );

  test("is read on next time, and says until when it was read", async () => {
    await using world = await aRememberedTenant({ clients: [SHOP], logs });

    const first = await world.run({ logTime: -1 });
    const { until } = exchanges(first);
    let last = first;
    for (let runs = 0; runs < 3; runs += 1) last = await world.run();

    expect(first.notes).toEqual([
      `The tenant's log was read until ${new Date(until).toISOString().slice(0, 16).replace("T", " ")} UTC only, for lack of time; the next audit goes on from there.`,
    ]);
    expect(until).toBeLessThan(START - 28 * DAY);
    expect(last.notes).toEqual([]);
    expect(exchanges(last).until).toBe(START);
    expect(exchanges(last).lastSeen.get("shop")).toBe(Date.parse(logs[940]?.date ?? ""));
  });

  test("keeps what was read when the audit's own time is over", async () => {
    await using world = await aRememberedTenant({ clients: [SHOP], logs });
    const over = new AbortController();
    let pages = 0;
    const answer = world.tenant.fetch;
    const counted: typeof fetch = async (input, init) => {
      if (String(input).includes("/logs?from=") && ++pages === 4) {
        over.abort(new CurfewError("timed-out", "The audit's time is over."));
      }
      return answer(input, init);
    };
    Object.assign(world.tenant, { fetch: counted });

    const history = await world.run({ signal: over.signal });

    expect(exchanges(history).until).toBe(Date.parse(logs[300]?.date ?? ""));
    expect(history.notes).toHaveLength(1);
  });

  test("asks for no page twice: one request a page, and one that finds the end", async () => {
    await using world = await aRememberedTenant({ clients: [SHOP], logs });
    await world.run();
    const asked = world.tenant.requests.filter(({ path }) => path === "/api/v2/logs");

    // One for the oldest event, ten pages for the other 949 and the login, one empty.
    expect(asked).toHaveLength(1 + Math.ceil(950 / 100) + 1);
    expect(new Set(asked.map(({ query }) => JSON.stringify(query))).size).toBe(asked.length);
  });
});

describe("the log is not read", () => {
  test("where nobody needs it", async () => {
    await using world = await aRememberedTenant({ logs: [OLD_EVENT] });
    const { exchanges: log } = await world.run({ logs: false });

    expect(log).toMatchObject({ status: "unavailable", reason: "no-history" });
    expect(world.tenant.requests.some(({ path }) => path === "/api/v2/logs")).toBe(false);
  });

  test("further than an empty one goes: nothing is a gap before the first event", async () => {
    await using world = await aRememberedTenant({ logDelay: 3_600 });
    const first = await world.run();
    world.advance(1);
    const second = await world.run();

    expect(exchanges(first)).toMatchObject({ since: START, until: START });
    expect(exchanges(second)).toMatchObject({ since: START, until: START + DAY });
    expect(second.notes).toEqual([]);
  });
});

test("an event without a date that can be read happened about when its neighbour did", async () => {
  await using world = await aRememberedTenant({
    clients: [SHOP],
    logs: [OLD_EVENT, event("seccft", 3, { client_id: "other" }), event("seccft", 3, { client_id: "shop" })],
  });
  const odd = world.tenant.logs[2];
  if (odd) odd.date = "then";
  // The sandbox leaves out what it cannot date; Auth0 may not.
  const events = world.tenant.logs.map((one) => ({ ...one }));
  world.tenant.faults.add({
    match: { path: "/api/v2/logs" },
    skip: 1,
    times: 1,
    effect: { kind: "answer", status: 200, body: events.slice(1) },
  });

  expect(exchanges(await world.run()).lastSeen.get("shop")).toBe(START - 3 * DAY);
});

test("earlier audits are known from the ledger's runs, later and unfinished ones are not", async () => {
  await using world = await aRememberedTenant();
  const put = (daysAgo: number, status: string, state = "recorded") => {
    const startedAt = new Date(START - daysAgo * DAY).toISOString();
    const key = { partition: "TENANT#acme", sort: `RUN#${startedAt}#a` };
    return world.table.put(key, { run: { id: "a", startedAt }, state, status });
  };
  await put(9, "complete", "recording");
  await put(8, "failed");
  await put(7, "complete");
  await put(6, "complete", "recording");
  await put(5, "incomplete");
  await put(-1, "complete");

  const { firstAudit, lastCompleteAudit } = await world.run();

  expect([firstAudit, lastCompleteAudit]).toEqual([START - 8 * DAY, START - 7 * DAY]);
});

test("a history says when its run was started, however late the tenant has its turn, and of lifetimes when it was read", async () => {
  const identifier = "https://orders.acme.example";
  await using world = await aRememberedTenant({ resourceServers: [{ id: "orders", identifier, token_lifetime: 60 }] });
  world.advance(0.75);

  const { startedAt } = await world.run({ run: { id: "late", startedAt: new Date(START).toISOString() } });

  expect(startedAt).toBe(START);
  const { days } = (await remembered(world.table))[`LIFETIME#${identifier}`] as LifetimeRecord;
  const looked = { from: START, to: START + 0.75 * DAY };
  expect(days).toMatchObject([{ day: new Date(looked.to).toISOString().slice(0, 10), lifetime: 60, looked }]);
});
