import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../../lib/checks/catalogue.ts";
import { runRowKey } from "../../../lib/findings/ledger/keys.ts";
import { listFindings } from "../../../lib/findings/ledger/list-findings.ts";
import { listedOf } from "../../../lib/findings/ledger/listed.ts";
import { recordAudit } from "../../../lib/findings/ledger/record-audit.ts";
import { type RunRecord, type RunRef, runKey } from "../../../lib/findings/ledger/run-record.ts";
import { lastCompleteRun, markAnnounced, runOf } from "../../../lib/findings/ledger/runs.ts";
import type { TenantAudit } from "../../../lib/findings/tenant-audit.ts";
import { openSqliteTable } from "../../../lib/local/sqlite-table.ts";
import { type Table, tenantPartition } from "../../../lib/store/table.ts";
import { aClient, aResourceServer } from "../../support/inventory.ts";
import { audit, finding } from "../../support/reports.ts";
import { virtualClock } from "../../support/virtual-clock.ts";
import { interposed } from "./interposed.ts";

const TENANT = "acme-prod";
const runOn = (day: number, id = "a"): RunRef => ({
  id,
  startedAt: `2026-11-${String(day).padStart(2, "0")}T06:00:00.000Z`,
});

const PASSED: Partial<TenantAudit> = { checks: [{ id: finding().check, status: "pass", evaluated: 1, failed: 0 }] };
const FOUND: Partial<TenantAudit> = {
  checks: [{ id: finding().check, status: "fail", evaluated: 1, failed: 1 }],
  findings: [finding()],
};
const BLIND: Partial<TenantAudit> = {
  status: "incomplete",
  checks: [{ id: finding().check, status: "not-evaluated", reason: "missing-scope", detail: "read:resource_servers" }],
};
const FAILED: Partial<TenantAudit> = { status: "failed", reason: "unreachable", detail: "Nobody answered." };

const record = (table: Table, run: RunRef, fields: Partial<TenantAudit>, clock = virtualClock(0)) =>
  recordAudit(
    table,
    {
      run,
      audit: audit({ tenant: TENANT, ...fields }),
      listed: new Map(),
      evidence: null,
      notes: ["The log has a gap."],
    },
    { clock, deadline: clock.now() + 60_000 },
  );

const findingsOf = async (table: Table, filter = {}) => {
  const findings = [];
  for await (const each of listFindings(table, TENANT, filter)) findings.push(each);
  return findings;
};

describe("the record of a run", () => {
  it("says what was evaluated, what was not and why, and is found by its key", async () => {
    using table = openSqliteTable(":memory:");

    const told = await record(table, runOn(2), BLIND);

    expect(await runOf(table, TENANT, runKey(runOn(2)))).toEqual(told);
    expect(told).toMatchObject({
      ...{ state: "recorded", status: "incomplete", evaluated: [], announced: false, notes: ["The log has a gap."] },
      notEvaluated: [{ id: finding().check, reason: "missing-scope", detail: "read:resource_servers" }],
    });
  });

  it("of a failed tenant keeps the reason and counts what is still open", async () => {
    using table = openSqliteTable(":memory:");
    await record(table, runOn(1), FOUND);

    const told = await record(table, runOn(2), FAILED);
    const [known] = await findingsOf(table);

    expect(told).toMatchObject({
      state: "recorded",
      status: "failed",
      reason: "unreachable",
      open: { high: 1 },
      changes: [],
    });
    expect(known).toMatchObject({ status: "open", lastSeen: runOn(1).startedAt });
  });

  it("expires after 400 days, and the finding outlives it", async () => {
    using table = openSqliteTable(":memory:");
    const expiries: [string, number | undefined][] = [];
    const watched: Table = {
      ...table,
      put: (key, value, options) => {
        expiries.push([key.sort.replace(/#.*/, ""), options?.expires]);
        return table.put(key, value, options);
      },
    };
    await record(watched, runOn(1), FOUND);
    await record(watched, runOn(2), FAILED);
    const rows = [];
    for await (const row of table.list(tenantPartition(TENANT), { prefix: "RUN#" })) rows.push(row);
    for (const { key } of rows) await table.remove(key);

    const [known] = await findingsOf(table);
    const told = await record(table, runOn(9), FOUND);

    const expiryOf = (day: number) => Date.UTC(2026, 10, day, 6) / 1_000 + 400 * 86_400;
    expect(expiries).toEqual([
      ["LEDGER", undefined],
      ["RUN", expiryOf(1)],
      ["FINDING", undefined],
      ["RUN", expiryOf(1)],
      ["LEDGER", undefined],
      ["RUN", expiryOf(2)],
    ]);
    expect(known).toMatchObject({ status: "open", firstSeen: runOn(1).startedAt, lastSeen: runOn(1).startedAt });
    expect(told.changes).toMatchObject([{ kind: "still-open", openForDays: 7 }]);
  });
});

describe("the exceptions that accept something in a run", () => {
  const bytes = (ids: readonly string[]) => Buffer.byteLength(ids.join(""));
  const kept = async (ids: readonly string[]) => {
    using table = openSqliteTable(":memory:");
    const entry = { run: runOn(1), audit: audit({ tenant: TENANT }), listed: new Map(), evidence: null, notes: [] };
    const told = await recordAudit(
      table,
      { ...entry, matchedExceptions: ids },
      { clock: virtualClock(0), deadline: 60_000 },
    );
    expect((await runOf(table, TENANT, runKey(runOn(1))))?.matchedExceptions).toEqual(told.matchedExceptions);
    return told.matchedExceptions;
  };

  it("are kept as long as they leave room for the rest in a row, and otherwise none is: a part would be a lie", async () => {
    const most = Array.from({ length: 1_000 }, (_, index) => `ü${index}`.padEnd(19, "x")); // 20 bytes each
    expect(bytes(most)).toBe(20_000);

    expect(await kept(most)).toEqual(most);
    expect(await kept([...most, "y"])).toBeNull();
    expect(await kept([])).toEqual([]);
  });
});

describe("the notes of a run", () => {
  it("are bounded, because a row is", async () => {
    using table = openSqliteTable(":memory:");
    const notes = Array.from({ length: 5_000 }, (_, index) => `Note ${index}: ${"x".repeat(5_000)}`);
    const entry = { run: runOn(1), audit: audit({ tenant: TENANT }), listed: new Map(), evidence: null, notes };

    const told = await recordAudit(table, entry, { clock: virtualClock(0), deadline: 60_000 });

    expect(told.notes).toHaveLength(21);
    expect(told.notes[0]).toMatch(/^Note 0: x+…$/);
    expect(told.notes.at(-1)).toBe("There are 4,980 notes more.");
    expect(JSON.stringify(told).length).toBeLessThan(30_000);
  });
});

describe("the mark that people were told about a run", () => {
  const RUN = runKey(runOn(2));

  it("stays through a replay, and is not made where nothing is recorded", async () => {
    using table = openSqliteTable(":memory:");
    await record(table, runOn(2), FAILED);

    await markAnnounced(table, TENANT, RUN);
    await markAnnounced(table, TENANT, RUN);
    await markAnnounced(table, TENANT, runKey(runOn(8)));
    await record(table, runOn(2), FAILED);

    expect(await runOf(table, TENANT, RUN)).toMatchObject({ announced: true });
    expect(await runOf(table, TENANT, runKey(runOn(8)))).toBeUndefined();
  });

  it("leaves the record its expiry", async () => {
    using table = openSqliteTable(":memory:");
    const expiries: (number | undefined)[] = [];
    const watched: Table = {
      ...table,
      put: (key, value, options) => {
        expiries.push(options?.expires);
        return table.put(key, value, options);
      },
    };
    await record(table, runOn(2), FOUND);

    await markAnnounced(watched, TENANT, RUN);

    expect(expiries).toEqual([Date.UTC(2026, 10, 2, 6) / 1_000 + 400 * 86_400]);
  });

  it("takes nothing from a record that changes meanwhile", async () => {
    using table = openSqliteTable(":memory:");
    await record(table, runOn(2), FOUND);
    let reads = 0;
    const disturbed = interposed(table, {
      after: async () => {
        reads += 1;
        const row = await table.get<RunRecord>(runRowKey(TENANT, RUN));
        if (reads === 1 && row) await table.put(row.key, { ...row.value, notes: ["It was changed meanwhile."] });
      },
    });

    await markAnnounced(disturbed, TENANT, RUN);

    expect(await runOf(table, TENANT, RUN)).toMatchObject({ announced: true, notes: ["It was changed meanwhile."] });
  });
});

describe("the last complete run", () => {
  it("is the newest before another that could look at everything", async () => {
    using table = openSqliteTable(":memory:");
    await record(table, runOn(1), PASSED);
    await record(table, runOn(2), BLIND);
    await record(table, runOn(3), FAILED);
    await record(table, runOn(4), PASSED);

    expect((await lastCompleteRun(table, TENANT, runKey(runOn(4))))?.run).toEqual(runOn(1));
    expect((await lastCompleteRun(table, TENANT, runKey(runOn(5))))?.run).toEqual(runOn(4));
    expect(await lastCompleteRun(table, TENANT, runKey(runOn(1)))).toBeUndefined();
  });
});

describe("a listing of findings", () => {
  it("says when each was first and last seen and what became of it", async () => {
    using table = openSqliteTable(":memory:");
    await record(table, runOn(1), FOUND);
    await record(table, runOn(2), FOUND);
    await record(table, runOn(3), BLIND);
    const blind = await findingsOf(table);
    await record(table, runOn(4), PASSED);
    const resolved = await findingsOf(table, { status: "resolved" });
    await record(table, runOn(5), FOUND);

    expect(blind).toMatchObject([{ status: "open", lastSeen: runOn(2).startedAt, changedAt: runOn(1).startedAt }]);
    expect(resolved).toMatchObject([
      { lastSeen: runOn(2).startedAt, resolvedAt: runOn(4).startedAt, changedAt: runOn(4).startedAt, severity: "high" },
    ]);
    expect(await findingsOf(table, { status: "open", since: runOn(5).startedAt })).toMatchObject([
      { firstSeen: runOn(1).startedAt, lastSeen: runOn(5).startedAt, regressions: 1, resolvedAt: null },
    ]);
    expect(await findingsOf(table, { since: runOn(6).startedAt })).toEqual([]);
    expect(await findingsOf(table, { status: "excepted" })).toEqual([]);
  });
});

describe("a run that finds another one writing", () => {
  /** A run that took the lease, wrote its findings and never comes back. */
  async function die(table: Table, clock: ReturnType<typeof virtualClock>): Promise<void> {
    const dying: Table = {
      ...table,
      put: async (key, value, options) => {
        if ((value as { state?: unknown }).state === "recorded") throw new Error("died");
        return table.put(key, value, options);
      },
    };
    await expect(record(dying, runOn(1), FOUND, clock)).rejects.toThrow("died");
  }

  it("waits until that one must be dead", async () => {
    using table = openSqliteTable(":memory:");
    const clock = virtualClock(0);
    await die(table, clock);

    const entry = {
      run: runOn(2),
      audit: audit({ tenant: TENANT, ...FOUND }),
      listed: new Map(),
      evidence: null,
      notes: [],
    };
    const told = await clock.run(recordAudit(table, entry, { clock, deadline: 120_000 }));

    expect(clock.now()).toBe(65_000); // clocks may differ by five seconds
    expect(told.changes).toMatchObject([{ kind: "new" }]); // what the dead one wrote does not count
  });

  it("takes the draft from one that counts as dead, so that it cannot say any more that it is recorded", async () => {
    using table = openSqliteTable(":memory:");
    let second: RunRecord | undefined;
    const slow: Table = {
      ...table,
      put: async (key, value, options) => {
        const isLast = (value as { state?: unknown }).state === "recorded";
        if (isLast) second = await record(table, runOn(2), PASSED, virtualClock(3_600_000));
        return table.put(key, value, options);
      },
    };

    // Its own clock stands still, so it does not know that its time is over.
    const first = record(slow, runOn(1), FOUND, virtualClock(0));

    await expect(first).rejects.toMatchObject({ code: "ledger-busy", retryable: true });
    expect(second).toMatchObject({ state: "recorded", changes: [] });
    expect(await runOf(table, TENANT, runKey(runOn(1)))).toBeUndefined();
    expect(await findingsOf(table)).toEqual([]);
  });

  it("gives up, and may be tried again, when its own time runs out", async () => {
    using table = openSqliteTable(":memory:");
    const clock = virtualClock(0);
    await die(table, clock);

    const entry = {
      run: runOn(2),
      audit: audit({ tenant: TENANT, ...FOUND }),
      listed: new Map(),
      evidence: null,
      notes: [],
    };
    const waiting = clock.run(recordAudit(table, entry, { clock, deadline: 30_000 }));

    await expect(waiting).rejects.toMatchObject({ code: "ledger-busy", retryable: true });
    expect(clock.now()).toBeLessThanOrEqual(20_000);
    expect(await runOf(table, TENANT, runKey(runOn(2)))).toBeUndefined();
  });

  it("writes nothing more once it has passed its own deadline", async () => {
    using table = openSqliteTable(":memory:");
    const clock = virtualClock(0);
    const late = { ...clock, now: () => (started ? 60_000 : 0) };
    let started = false;
    const slow = interposed(table, {
      after: async () => {
        started = (await runOf(table, TENANT, runKey(runOn(1)))) !== undefined;
      },
    });

    await expect(record(slow, runOn(1), FOUND, late)).rejects.toMatchObject({ code: "ledger-busy", retryable: true });
    expect(await findingsOf(table)).toEqual([]);
  });
});

describe("what an audit listed completely", () => {
  const inventory = {
    clients: { status: "complete", data: [aClient({ client_id: "client-1" })], count: 1 },
    resourceServers: { status: "complete", data: [aResourceServer({ id: "api-1" })], count: 1 },
    clientGrants: { status: "unavailable", reason: "missing-scope", detail: "read:client_grants" },
  } as const;
  const notEvaluated = (id: string) => ({ id, status: "not-evaluated", reason: "fetch-failed", detail: null }) as const;

  it("is kept only where a check over it was not evaluated", () => {
    const listed = (...ids: string[]) => Object.fromEntries(listedOf(inventory, ids.map(notEvaluated), CATALOGUE));

    expect(listed()).toEqual({});
    expect(listed("secret.client.hs256")).toEqual({ client: new Set(["client-1"]) });
    expect(listed("grant.management.third-party")).toEqual({ client: new Set(["client-1"]) });
    expect(listed("credential.client-key.age")).toEqual({ client: new Set(["client-1"]) });
    expect(listed("expiry.api.implicit-token-lifetime")).toEqual({
      client: new Set(["client-1"]),
      "resource-server": new Set(["api-1"]),
    });
  });
});
