import { describe, expect, test } from "vitest";
import { type CredentialRecord, joinCredentials } from "../../lib/history/credential-record.ts";
import type { Exchanges } from "../../lib/history/history.ts";
import type { LogRecord } from "../../lib/history/log-record.ts";
import { secretAge } from "../../lib/history/secret-age.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { askManagementToken, askToken, machine, START } from "../sandbox/support/a-sandbox.ts";
import { aRememberedTenant, DAY, remembered } from "../support/remembered-tenant.ts";

const SHOP = machine("shop");
const GRANT = { client_id: "shop", audience: "https://acme.eu.auth0.com/api/v2/", scope: ["read:users"] };
const event = (type: string, daysAgo: number, fields: object = {}) => ({
  type,
  description: type,
  date: new Date(START - daysAgo * DAY).toISOString(),
  ...fields,
});
/** A log that begins 29 days ago. */
const OLD_EVENT = event("fn", 29);

const logOf = async (world: Awaited<ReturnType<typeof aRememberedTenant>>) =>
  (await remembered(world.table)).LOG as LogRecord;

const exchanges = ({ exchanges: log }: { exchanges: unknown }) => log as Exchanges;

describe("how old a secret is", () => {
  test("is a lower bound for an application that was there at the first look", async () => {
    await using world = await aRememberedTenant({ clients: [SHOP], logs: [OLD_EVENT] });
    await world.run();
    world.advance(10);

    expect((await world.run()).secrets.get("shop")).toEqual({ since: START, source: "first-seen", isAtLeast: true });
  });

  test("is known for an application that was created between two looks", async () => {
    await using world = await aRememberedTenant({ logs: [OLD_EVENT] });
    await world.run();
    world.advance(1);
    const { body } = await world.admin("POST /clients", { name: "new", app_type: "non_interactive" });

    const { secrets, seen } = await world.run();

    expect(seen.get(body.client_id)).toEqual({ first: START + DAY, notBefore: START });
    expect(secrets.get(body.client_id)).toEqual({ since: START, source: "first-seen", isAtLeast: false });
  });

  test.each([
    { title: "POST rotate-secret", call: "POST /clients/shop/rotate-secret", body: undefined },
    { title: "PATCH with a secret", call: "PATCH /clients/shop", body: { client_secret: "x".repeat(64) } },
  ])("comes from the log after $title", async ({ call, body }) => {
    await using world = await aRememberedTenant({ clients: [SHOP], logs: [OLD_EVENT] });
    await world.run();
    world.advance(5);
    expect((await world.admin(call, body)).status).toBe(200);
    world.advance(1);

    const expected = { since: START + 5 * DAY, source: "tenant-log", isAtLeast: false };
    const { secrets } = await world.run();

    expect(secrets.get("shop")).toEqual(expected);
    expect(secrets.get("admin-client")?.source).toBe("first-seen"); // the actor's own secret was not changed
  });

  test("is not changed by a PATCH of something else", async () => {
    await using world = await aRememberedTenant({ clients: [SHOP], logs: [OLD_EVENT] });
    await world.admin("PATCH /clients/shop", { description: "x" });

    expect((await world.run()).secrets.get("shop")?.isAtLeast).toBe(true);
  });

  test("comes from the vault for credentials that Curfew looks after, and from the last known date when it fails", async () => {
    const credentials = [{ clientId: "shop", kind: "client-secret", secret: "apps/shop" } as const];
    await using world = await aRememberedTenant({ clients: [SHOP], logs: [OLD_EVENT] }, { credentials });
    const at = START - 40 * DAY;

    const current = { id: "v1", at };
    const first = await world.run({
      vault: { currentVersion: async (name) => (name === "apps/shop" ? current : undefined) },
    });
    const second = await world.run({
      vault: {
        currentVersion: async () => {
          throw new CurfewError("reference-unresolved", "The secret apps/shop may not be read.");
        },
      },
    });

    const expected = { since: at, source: "vault-version", isAtLeast: false };
    expect(first.secrets.get("shop")).toEqual(expected);
    expect(second.secrets.get("shop")).toEqual(expected);
    expect(second.notes).toEqual(["The date of a stored secret is not known: The secret apps/shop may not be read."]);
    expect([...second.managed]).toEqual(["shop"]);
    expect((await remembered(world.table))["CREDENTIAL#shop"]).toMatchObject({ vaultVersion: current });
  });

  /** Curfew set `v2` the day before yesterday, in place of one that is 400 days old. */
  const rotated = { clientId: "shop", seen: { first: 0 }, rotatedAt: START - 2 * DAY, rotatedTo: "v2" };
  const reading = (id: string, ageDays: number, daysAgo: number) => ({
    vaultVersion: { id, at: START - ageDays * DAY, run: `${new Date(START - daysAgo * DAY).toISOString()}#run` },
  });
  const accepted = { answer: "accepted", at: START, reason: null, detail: null } as const;

  test.each<[string, number, string, Partial<CredentialRecord>]>([
    ["Curfew's own, whose version is current, however long ago that was made", 2, "rotation", reading("v2", 30, 1)],
    ["Curfew's own, where the vault was read before", 2, "rotation", reading("v1", 400, 3)],
    [
      "Curfew's own, which was set long before it was promoted, and the vault was read in between",
      5,
      "rotation",
      { ...reading("v1", 400, 3), rotatedAt: START - 5 * DAY, promotedAt: START - 2 * DAY },
    ],
    [
      "of what was stored after that promotion, by somebody who did so during the run",
      1,
      "vault-version",
      { ...reading("v3", 1, 3), rotatedAt: START - 5 * DAY, promotedAt: START - 2 * DAY },
    ],
    ["of the version before, where people went back to it", 400, "vault-version", reading("v1", 400, 1)],
    [
      "of the version before, where people set it at Auth0 as well",
      400,
      "vault-version",
      { ...reading("v1", 400, 0.5), rotationInLog: START - DAY, probe: accepted },
    ],
    [
      "of the change at Auth0, of which the vault knows nothing",
      1,
      "tenant-log",
      { ...reading("v1", 400, 0.5), rotationInLog: START - DAY, probe: { ...accepted, answer: "refused" } },
    ],
    [
      "of the change at Auth0, where the stored one was accepted within the ten minutes after it",
      1,
      "tenant-log",
      {
        ...reading("v1", 400, 0.5),
        rotationInLog: START - DAY,
        probe: { ...accepted, at: START - DAY + 600_000 },
      },
    ],
    [
      "of the change at Auth0, where the vault could not be read since",
      1,
      "tenant-log",
      { ...reading("v2", 2, 1.5), rotationInLog: START - DAY, probe: accepted },
    ],
  ])("is %s", (_, days, source, more) => {
    const age = secretAge({ ...rotated, ...more }, START - 29 * DAY, START);

    expect(age).toEqual({ since: START - days * DAY, source, isAtLeast: false });
  });

  test("is not that of a version which was current before one that somebody else set at Auth0", () => {
    const { rotatedAt: _, ...found } = { ...rotated, promotedAt: START - 2 * DAY, ...reading("v1", 400, 3) };
    const age = secretAge(found, START - 29 * DAY, START);

    expect(age).toEqual({ since: START - 29 * DAY, source: "tenant-log", isAtLeast: true });
  });

  test("keeps what Curfew set together with when, in whatever order records are joined", () => {
    const earlier = { ...rotated, rotatedAt: START - 9 * DAY, rotatedTo: "v9" };

    expect([joinCredentials(earlier, rotated), joinCredentials(rotated, earlier)]).toEqual([rotated, rotated]);
    // Promoted once more, later: what counts is the promotion, and its date comes along.
    const again = { ...earlier, promotedAt: START - DAY };
    expect([joinCredentials(again, rotated), joinCredentials(rotated, again)]).toEqual([again, again]);
  });

  test("that the vault does not tell of many secrets is one note, which names the first", async () => {
    const ids = Array.from({ length: 1_200 }, (_, index) => index);
    const credentials = ids.map((id) => ({ clientId: `c${id}`, kind: "client-secret", secret: `apps/${id}` }) as const);
    await using world = await aRememberedTenant({ clients: [SHOP], logs: [OLD_EVENT] }, { credentials });
    const currentVersion = async (name: string) => {
      throw new CurfewError("reference-unresolved", `The secret ${name} may not be read.`);
    };

    const { notes } = await world.run({ vault: { currentVersion } });

    const named = [0, 1, 2].map((id) => `The secret apps/${id} may not be read.`).join(" ");
    expect(notes).toEqual([`The dates of 1,200 stored secrets are not known, of the first because of this: ${named}`]);
  });
});

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

test("a history says when its run was started, however late the tenant has its turn", async () => {
  await using world = await aRememberedTenant();
  world.advance(0.25);

  const { startedAt } = await world.run({ run: { id: "late", startedAt: new Date(START).toISOString() } });

  expect(startedAt).toBe(START);
});
