import { describe, expect, it } from "vitest";
import type { Inventory } from "../../../lib/inventory/inventory.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { type Incident, incidentPartition } from "../../../lib/revocation/incident/incident.ts";
import { readIncident, recordStep } from "../../../lib/revocation/incident/incidents.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import type { AuditedInventory } from "../../../lib/revocation/investigate/inventories.ts";
import { lookBack } from "../../../lib/revocation/investigate/look-back.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";
import type { RevokedGrant } from "../../../lib/revocation/ports.ts";
import { watchTurn } from "../../../lib/revocation/watch/watch.ts";
import { announceWindow } from "../../../lib/revocation/window/announce-window.ts";
import { sayRefreshTokensRevoked } from "../../../lib/revocation/window/refresh-tokens.ts";
import {
  CLIENT,
  DAY,
  done,
  HOUR,
  incidentOf,
  logEvent,
  MINUTE,
  putIncident,
  THREE_AM,
  testParts,
  testTenant,
} from "../support.ts";
import { aToken } from "./eras.ts";

const API = { identifier: "https://api.example", token_lifetime: 3_600 };
const GRANT: RevokedGrant = {
  id: "cgr_1",
  audience: "https://api.example",
  scopes: ["read:orders"],
  allowsAllScopes: undefined,
  subjectType: undefined,
  organizationUsage: undefined,
  allowsAnyOrganization: undefined,
  isSystem: false,
  organizations: [],
};

const section = (...data: unknown[]) => ({ status: "complete" as const, data: data as never, count: data.length });

const audited = (audience = "https://api.example", ...grantTypes: string[]): Inventory => ({
  clientGrants: section({ id: "cgr_1", client_id: "job", audience }),
  clients: section({ client_id: "job", grant_types: ["client_credentials", ...grantTypes] }),
});

/** The last audit that ended before a moment. */
type Audits = (moment: number) => AuditedInventory | undefined;

/** One a day, all of which saw the same. */
const daily =
  (inventory = audited()): Audits =>
  (moment) => ({ at: moment - MINUTE, finishedAt: moment - 1, source: "audit", inventory });

/** One a day, each from before midnight to after it, of which the last but one saw a grant that none other did. */
const acrossMidnight: Audits = (moment) => {
  const finishedAt = Math.floor((moment - 5 * MINUTE - 1) / DAY) * DAY + 5 * MINUTE;
  const isLastButOne = finishedAt + DAY === Math.floor(THREE_AM / DAY) * DAY + 5 * MINUTE;
  const inventory = audited(isLastButOne ? "https://other.example" : undefined);
  return { at: finishedAt - 15 * MINUTE, finishedAt, source: "audit", inventory };
};

/** An incident with everything preserved, whose API lives an hour, and one of three days that was seen too. */
async function announced(changes: Partial<Incident> = {}, before: Audits = daily(), grantTypes = CLIENT.grantTypes) {
  let reads = 0;
  let failure: Error | undefined;
  const tenant = testTenant({
    apis: async () => {
      reads += 1;
      if (failure) throw failure;
      return [API, { identifier: "https://other.example", token_lifetime: 259_200 }] as never;
    },
  });
  const all = testParts(tenant);
  const incident = incidentOf({ window: null, ...changes });
  await putIncident(all.table, incident);
  for (const [part, value] of [
    ["grant-types", grantTypes],
    ["grant-ids", ["cgr_1"]],
    ["grant/cgr_1", GRANT],
    ["api-lifetimes", { at: THREE_AM + MINUTE, apis: [API] }],
  ] as const) {
    await preserve(all.table, incident, part, value);
  }
  for (const { identifier, token_lifetime: lifetime } of [API]) {
    const days = [
      { day: "2026-10-01", lifetime, forWeb: null },
      { day: "2026-11-22", lifetime, forWeb: null },
    ];
    await all.table.put({ partition: "TENANT#acme", sort: `LIFETIME#${identifier}` }, { audience: identifier, days });
  }
  const inventories = { before: async (moment: number) => before(moment) };
  const again = async (): Promise<Incident> =>
    all.clock.run(announceWindow(await readIncident(all.table, incident.id), all.parts, inventories));
  return { ...all, tenant, again, reads: () => reads, fail: (error: Error) => (failure = error), incident };
}

const STOPPED = THREE_AM + 5 * MINUTE;

const USERS_TOKEN = aToken({ subject: "auth0|thief", grantType: null, issuedAt: THREE_AM - HOUR, expiresAt: STOPPED });
const OF_USER = {
  token: USERS_TOKEN,
  leak: classify({ clientId: "job", token: USERS_TOKEN, client: CLIENT, own: null }),
};

describe("the window of an incident", () => {
  it("closes after the last token that may have been given out before it was proven that none is", async () => {
    const { again, heard, reads } = await announced();
    const { window } = await again();
    await again();

    expect(window).toMatchObject({ state: "closes", at: STOPPED + HOUR + MINUTE });
    expect(heard.map(({ title }) => title)).toEqual([
      "acme: job is contained; tokens already out work until 2026-11-23 04:06 UTC",
    ]);
    // The tenant is read once after the stop.
    expect(reads()).toBe(1);
  });

  it("closes after a token that the log shows was given out later, whoever asked for it", async () => {
    const { again, table, incident } = await announced();
    const at = STOPPED + 2 * MINUTE;
    const key = { partition: incidentPartition(incident.id), sort: "WATCH" };
    await table.put(key, { issued: { at, audiences: ["https://api.example"] } });

    expect((await again()).window).toMatchObject({ state: "closes", at: at + HOUR + MINUTE });
  });

  it("reaches every API where the last inventory is not kept", async () => {
    const { again } = await announced({}, () => undefined);

    expect((await again()).window?.apis.map(({ audience }) => audience)).toContain("https://other.example");
  });

  /** Of the audits until three days ago, and of those since then. */
  const until3DaysAgo =
    (then: Audits, since: Audits = daily()): Audits =>
    (moment) =>
      (moment > THREE_AM - 3 * DAY ? since : then)(moment);

  it.each([
    ["an API of a grant that was gone by the last audit", until3DaysAgo(daily(audited("https://other.example"))), true],
    ["an API of a grant that one audit saw that ran across midnight", acrossMidnight, true],
    ["every API where no audit is kept from the days before", until3DaysAgo(() => undefined), true],
    [
      "every API where no audit ran for more than four days",
      (moment: number) => daily()(moment > THREE_AM - DAY ? moment - 5 * DAY : moment),
      true,
    ],
    [
      "no API of a grant that went so long ago that no token can work",
      (moment: number) => daily(audited(moment < THREE_AM - 33 * DAY ? "https://other.example" : undefined))(moment),
      false,
    ],
  ])("reaches %s", async (_, audits, isReached) => {
    const { again } = await announced({}, audits);

    const { window } = await again();
    expect(window?.apis.some(({ audience }) => audience === "https://other.example")).toBe(isReached);
  });

  it("reaches no other API where the log shows what no audit did", async () => {
    const { again, tenant, table, incident, clock, parts } = await announced(
      {},
      until3DaysAgo(() => undefined),
    );
    tenant.log = [logEvent(THREE_AM - 31 * DAY, { type: "seccft", audience: API.identifier, request: undefined })];
    await clock.run(lookBack(await readIncident(table, incident.id), parts));

    expect((await again()).window).toMatchObject({ at: STOPPED + HOUR + MINUTE });
  });

  it("reaches every API where a grant was seen and could not be stored", async () => {
    const { again, table, incident } = await announced();
    const key = { partition: incidentPartition(incident.id), sort: "PRESERVED#grant-ids" };
    await table.put(key, ["cgr_1", "cgr_2"]);

    expect((await again()).window?.apis.map(({ audience }) => audience)).toContain("https://other.example");
  });

  it("reaches every API where people alone know what a grant was", async () => {
    const { steps } = incidentOf();
    const contain = { at: THREE_AM, outcome: "paged", message: "Deleted.", told: ["grant cgr_9"] } as const;
    const { again } = await announced({ steps: { ...steps, contain } });

    expect((await again()).window?.apis.map(({ audience }) => audience)).toContain("https://other.example");
  });

  it("reaches an API that the log shows a token for, though no grant for it was ever seen", async () => {
    const { again, tenant, table, incident, clock, parts } = await announced();
    const other = { type: "seccft", audience: "https://other.example", request: undefined };
    tenant.log = [logEvent(THREE_AM - DAY, { ...other, clientId: "another" })];
    const look = async () => clock.run(lookBack(await readIncident(table, incident.id), parts));
    await look();
    expect((await again()).window).toMatchObject({ at: STOPPED + HOUR + MINUTE });
    await table.remove({ partition: incidentPartition(incident.id), sort: "INVESTIGATION" });
    tenant.log.push(logEvent(THREE_AM - HOUR, other));
    await look();

    expect((await again()).window?.apis[0]?.audience).toBe("https://other.example");
  });

  it("is open while issuing is not proven to be stopped, and says exactly what is missing", async () => {
    const { steps } = incidentOf();
    const missing = ["The grant cgr_9 is still there."];
    const contain = { at: THREE_AM, outcome: "incomplete", message: "Not all.", missing, code: null } as const;
    const { again, heard } = await announced({ steps: { ...steps, contain } });
    expect((await again()).window?.state).toBe("open");

    expect(heard).toMatchObject([{ severity: "critical", title: "acme: job is NOT contained yet", items: missing }]);
  });

  it("assumes the longest lifetime where the tenant cannot be read after the stop", async () => {
    const { again, fail } = await announced();
    fail(new CurfewError("unreachable", "Auth0 could not be reached."));
    const { window } = await again();

    expect(window).toMatchObject({ state: "closes", at: STOPPED + 30 * DAY + MINUTE });
    expect(window?.apis[0]?.assumed).toBe("what it was in the end is not known");
  });

  it("is open where users logged in, until a person says that their refresh tokens are revoked", async () => {
    const { again, table, incident, clock } = await announced({}, daily(), [
      "client_credentials",
      "authorization_code",
    ]);
    expect((await again()).window?.state).toBe("open");
    await sayRefreshTokensRevoked(table, incident.id, { at: STOPPED + HOUR, by: "dana" });
    await clock.run(clock.sleep(2 * HOUR));

    const { window } = await again();
    expect(window?.state).toBe("closes");
    // The APIs are read once more: what they were set to in the meantime counts as well.
    expect(window?.apis.find(({ audience }) => audience === API.identifier)).toMatchObject({
      until: STOPPED + 2 * HOUR,
      assumed: null,
    });
  });

  it.each([
    ["before it was reported", THREE_AM - HOUR, lookBack],
    ["since", THREE_AM + 2 * MINUTE, watchTurn],
  ])("is open where the log shows a user's token from %s, though it is a machine by now", async (_, at, read) => {
    const { again, table, incident, tenant, clock, parts } = await announced({}, daily(), ["client_credentials"]);
    expect((await again()).window?.state).toBe("closes");
    tenant.log = [logEvent(at, { type: "seacft", userId: "auth0|1", request: undefined })];
    await clock.run(read(await readIncident(table, incident.id), parts) as Promise<unknown>);

    const { window } = await again();
    expect(window).toMatchObject({ state: "open", because: [expect.stringContaining("refresh tokens")] });
    expect(window?.apis.map(({ audience }) => audience)).toContain("https://other.example");
  });

  it("is open where the last audit saw users log in through it, though it is a machine by now", async () => {
    const { again } = await announced({}, daily(audited("https://api.example", "refresh_token")), [
      "client_credentials",
    ]);

    expect((await again()).window?.state).toBe("open");
    expect((await again()).window?.state).toBe("open"); // as it was kept
  });

  it("reaches the API of a grant for all third parties' applications: it may have been one", async () => {
    const inventory = { clientGrants: section({ id: "cgr_9", default_for: "x", audience: "https://other.example" }) };
    const { again } = await announced({}, daily(inventory));

    expect((await again()).window?.apis.map(({ audience }) => audience)).toContain("https://other.example");
  });

  it("is open again where the log shows that a refresh token from before was not revoked", async () => {
    const types = ["client_credentials", "authorization_code", "refresh_token"];
    const { again, table, incident, tenant, clock, parts, heard } = await announced({}, daily(), types);
    const said = STOPPED + 2 * MINUTE;
    await sayRefreshTokensRevoked(table, incident.id, { at: said, by: "dana" });
    const exchange = (minute: number, type: string, userId: string) =>
      logEvent(STOPPED + minute * MINUTE, { type, userId, request: undefined });
    const watch = async (): Promise<Incident> => {
      await clock.run(watchTurn(await readIncident(table, incident.id), parts));
      return again();
    };
    tenant.log = [
      exchange(1, "sertft", "auth0|before"),
      exchange(3, "seacft", "auth0|new"),
      exchange(4, "sertft", "auth0|new"),
    ];
    expect((await watch()).window?.state).toBe("closes");
    tenant.log.push(exchange(4.5, "sertft", "auth0|before"));
    const { window } = await watch();

    expect(window).toMatchObject({ state: "open", because: [expect.stringMatching(/^Not all refresh tokens/)] });
    expect(heard.filter(({ title }) => title === "acme: job is contained; the window is open")).toHaveLength(1);
    await sayRefreshTokensRevoked(table, incident.id, { at: STOPPED + 5 * MINUTE, by: "dana" });
    expect((await watch()).window?.state).toBe("closes");
  });

  const NONE = { at: THREE_AM, outcome: "not-applicable", message: "-" } as const;

  it.each([
    ["where access is back", {}, { restored: { at: STOPPED + 3 * MINUTE, stoppedAt: STOPPED, isOpen: true as const } }],
    ["of a token that nothing can contain", OF_USER, {}],
  ])("is told to be open again %s, once: the end that was told does not hold", async (_, leak, later) => {
    const types = ["client_credentials", "authorization_code", "refresh_token"];
    const steps = { ...incidentOf().steps, ...(leak === OF_USER && { lock: NONE, contain: NONE, prove: NONE }) };
    const { again, table, incident, tenant, clock, parts, heard } = await announced({ ...leak, steps }, daily(), types);
    await sayRefreshTokensRevoked(table, incident.id, { at: STOPPED + 2 * MINUTE, by: "dana" });
    expect((await again()).window?.state).toBe("closes");
    await putIncident(table, { ...(await readIncident(table, incident.id)), ...later });
    heard.length = 0;
    tenant.log = [logEvent(STOPPED + 5 * MINUTE, { type: "sertft", userId: "auth0|before", request: undefined })];
    await clock.run(watchTurn(await readIncident(table, incident.id), parts));
    await again();
    expect((await again()).window?.state).toBe("open");

    expect(heard.map(({ title }) => title)).toEqual([
      "acme: tokens of job work for longer than was told: the window is open",
    ]);
    expect(heard[0]?.text).toContain("not all refresh tokens are revoked");
  });

  it("of a drill is what it would be, and is never called contained", async () => {
    const { again, heard } = await announced({ drill: true, id: "drill-x" });
    expect((await again()).window?.state).toBe("closes");

    expect(heard[0]?.title).toContain("Drill, nothing is changed: acme: job would be contained");
  });

  it("counts from a token that the log shows, and reaches its API", async () => {
    const { again, tenant, table, incident, heard, clock, parts } = await announced();
    await again();
    const { at } = logEvent(STOPPED + 3 * MINUTE);
    tenant.log = [
      logEvent(at, { type: "seccft", audience: "https://other.example", request: undefined, tokenId: "jti-new" }),
    ];
    await clock.run(watchTurn(await readIncident(table, incident.id), parts));
    expect((await again()).window?.state).toBe("open");
    await recordStep(table, incident.id, "prove", done(clock.now()));
    const { window } = await again();

    expect(heard.map(({ title }) => title)).toEqual([
      "acme: job is contained; tokens already out work until 2026-11-23 04:06 UTC",
      expect.stringMatching(/^acme: job was used after it was locked/),
      "acme: job is NOT contained yet",
      expect.stringMatching(/^acme: job is contained/),
    ]);
    // An API of which nothing is on record may have had the longest lifetime until it was seen.
    expect(window?.apis[0]?.audience).toBe("https://other.example");
    expect(window).toMatchObject({ state: "closes" });
    expect(window?.state === "closes" && window.at).toBeGreaterThan(at + 3 * DAY);
  });

  it("comes with the news, once, that the credential is still not replaced after a quarter of an hour", async () => {
    const missing = ["a new credential of job: Secrets Manager did not answer."];
    const rotate = { at: THREE_AM, outcome: "incomplete", message: "Not replaced.", missing, code: null } as const;
    const { again, clock, heard } = await announced({ steps: { ...incidentOf().steps, rotate } });
    const told = () => heard.filter(({ title }) => title === "acme: job: the credential is not replaced");
    await again();
    expect(told()).toEqual([]);
    await clock.run(clock.sleep(6 * MINUTE));
    await again();
    await again();

    expect(told()).toMatchObject([{ items: missing, severity: "high" }]);
  });

  it("moves when something is proven anew", async () => {
    const { again, table, incident, heard, clock } = await announced();
    await again();
    const later = STOPPED + HOUR;
    await clock.run(clock.sleep(2 * HOUR));
    await putIncident(table, {
      ...(await readIncident(table, incident.id)),
      steps: { ...incident.steps, prove: done(later) },
    });

    expect((await again()).window).toMatchObject({ at: later + HOUR + MINUTE });
    expect(heard).toHaveLength(2);
  });
});
