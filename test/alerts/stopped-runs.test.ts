import { describe, expect, it } from "vitest";
import { announce } from "../../lib/alerts/announce.ts";
import { noteRun, type PendingRun, pendingKey, pendingRuns } from "../../lib/alerts/pending-runs.ts";
import type { RunWatch } from "../../lib/alerts/ports.ts";
import { type RunRef, runKey } from "../../lib/findings/ledger/run-record.ts";
import { runOf } from "../../lib/findings/ledger/runs.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import type { Table } from "../../lib/store/table.ts";
import { change, plant, RULES, record, report } from "../support/run-records.ts";
import { clockAt, collect, DIES, mortal, pass, runAt, tenantsOf } from "./a-pass.ts";

describe("runs", () => {
  it("do not disturb each other while both are at work, and the dead are told of by the living", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const dead = report([record("a", { changes: [change()] })], ["b"], runAt("05"));
    await plant(dead, table);
    await noteRun(dead.run, tenantsOf(dead), Date.parse("2026-11-25T07:00:00.000Z"), table);

    await pass(runAt("06"), [record("d")], table, published);
    expect(published.alerts.map(({ kind }) => kind)).toEqual(["digest"]);

    await pass(runAt("08"), [record("d")], table, published);
    expect(published.alerts.map(({ kind, tenant }) => [kind, tenant])).toEqual([
      ["digest", null],
      ["finding", "a"],
      ["not-audited", "b"],
    ]);
  });

  /** A run that was noted at five, found something, and would be under way until four in the afternoon. */
  async function stopped(table: Table): Promise<RunRef> {
    const dead = report([record("a", { changes: [change()] })], ["b"], runAt("05"));
    await plant(dead, table);
    await noteRun(dead.run, tenantsOf(dead), Date.parse("2026-11-25T16:00:00.000Z"), table);
    return dead.run;
  }

  /** Ends a run at seven, which is told when others ended, and gives what people heard. */
  async function heardAtSeven(table: Table, runs: RunWatch): Promise<unknown[]> {
    const published = collect();
    const one = report([record("d")], [], runAt("07"));
    await plant(one, table);
    const clock = clockAt("2026-11-25T07:00:00.000Z");
    await announce(
      { run: one.run, tenants: ["d"] },
      { table, publisher: published, rules: { ...RULES, tenants: ["a", "b", "d"] }, clock, runs },
    );
    return published.alerts.filter(({ kind }) => kind !== "digest").map(({ kind, tenant }) => [kind, tenant]);
  }

  it.each([
    { title: "are told of by the next one when their functions have ended too", at: "2026-11-25T06:39:00Z", told: 2 },
    {
      title: "are told of as far as they came as long as their functions may go on",
      at: "2026-11-25T06:41:00Z",
      told: 1,
    },
    { title: "are left alone as long as they are under way, or nobody knows", at: undefined, told: 0 },
  ])("that somebody stopped $title", async ({ at, told }) => {
    using table = openSqliteTable(":memory:");
    const run = await stopped(table);
    const asked: RunRef[] = [];
    const endedAt = async (of: RunRef) => {
      asked.push(of);
      return at === undefined ? undefined : Date.parse(at);
    };

    const heard = await heardAtSeven(table, { endedAt });

    const all = [
      ["finding", "a"],
      ["not-audited", "b"],
    ];
    expect(heard).toEqual(all.slice(0, told));
    expect(asked).toEqual([run]);
  });

  it("that somebody stopped are told of by two passes: what is recorded, and later what came then or never did", async () => {
    using table = openSqliteTable(":memory:");
    const run = runAt("05");
    const found = (tenant: string, severity: "critical" | "low") =>
      change({ severity, finding: tenant, message: tenant });
    const both = (tenant: string) => record(tenant, { changes: [found(tenant, "critical"), found(tenant, "low")] });
    await plant(report([both("a")], [], run), table);
    await noteRun(run, ["a", "b", "c"], Date.parse("2026-11-25T16:00:00.000Z"), table);
    const endedAt = async () => Date.parse("2026-11-25T06:41:00Z");
    const early = await heardAtSeven(table, { endedAt });

    await plant(report([both("b")], [], run), table);
    const published = collect();
    await pass(runAt("06", "26"), [record("d")], table, published);

    expect(early).toEqual([["finding", "a"]]);
    expect(published.alerts.map(({ kind, tenant }) => [kind, tenant])).toEqual([
      ["finding", "b"],
      ["not-audited", "c"],
      ["digest", null],
    ]);
    expect(published.alerts.at(-1)?.items).toEqual([
      "not audited  c: the audit ended without a result",
      "low  b: Orders API: b",
    ]);
    expect(await pendingRuns(table)).toEqual([]);
  });

  it("whose tenants record something late are told of it by the next one, at once and in its digest", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const run = runAt("06");
    const clock = clockAt("2026-11-25T06:10:00.000Z");
    await plant(report([record("a")], [], run), table);
    const parts = { table, publisher: published, rules: RULES, clock };
    await announce({ run, tenants: ["a", "b", "c"] }, parts);
    expect(published.alerts.map(({ kind, tenant }) => [kind, tenant])).toEqual([
      ["not-audited", "b"],
      ["not-audited", "c"],
      ["digest", null],
    ]);
    published.alerts.length = 0;
    const late = [change({ severity: "critical" }), change({ severity: "low", finding: "f_2", message: "late" })];
    await plant(report([record("b", { changes: late })], [], run), table);

    await pass(runAt("06", "26"), [record("d")], table, published);

    expect(published.alerts.map(({ kind, tenant }) => [kind, tenant])).toEqual([
      ["finding", "b"],
      ["digest", null],
    ]);
    expect(published.alerts.at(-1)?.items).toEqual(["low  b: Orders API: late"]);
    expect(await runOf(table, "b", runKey(run))).toMatchObject({ announced: true });
    expect(await pendingRuns(table)).toEqual([]);
  });

  it("whose tenants never record anything are done with by the next one", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const parts = { table, publisher: published, rules: RULES, clock: clockAt("2026-11-25T06:10:00.000Z") };
    await announce({ run: runAt("06"), tenants: ["b"] }, parts);
    expect(await pendingRuns(table)).toHaveLength(1);

    await pass(runAt("06", "26"), [record("d")], table, published);

    expect(published.alerts.map(({ kind }) => kind)).toEqual(["not-audited", "digest", "digest"]);
    expect(await pendingRuns(table)).toEqual([]);
  });

  it.each([1, 2])("that somebody stopped lose nothing when pass %i of two dies anywhere", async (dying) => {
    const run = runAt("05");
    const found = (tenant: string) =>
      record(tenant, {
        changes: [change({ finding: tenant }), change({ finding: `${tenant}2`, severity: "low", message: tenant })],
      });
    let deaths = 0;
    let doubled = 0;
    for (const when of ["before", "after"] as const) {
      for (let diesAt = 0; ; diesAt++) {
        using table = openSqliteTable(":memory:");
        const published = collect();
        const clock = clockAt("2026-11-25T07:00:00.000Z");
        const mortals = mortal(table, published, diesAt, when);
        const passOf = async (ended: RunRef, at: string, number: number) => {
          clock.set(at);
          await plant(report([record("d")], [], ended), table);
          const one = { run: ended, tenants: ["d"] };
          const parts = { rules: RULES, clock, runs: { endedAt: async () => Date.parse("2026-11-25T06:50:00Z") } };
          if (number === dying)
            await announce(one, { ...parts, ...mortals }).catch((error) => expect(error).toBe(DIES));
          await announce(one, { ...parts, table, publisher: published });
        };
        await plant(report([found("a")], [], run), table);
        await noteRun(run, ["a", "b", "c"], Date.parse("2026-11-25T16:00:00.000Z"), table);

        await passOf(runAt("06"), "2026-11-25T07:00:00.000Z", 1);
        await plant(report([found("b")], [], run), table);
        await passOf(runAt("06", "26"), "2026-11-26T06:10:00.000Z", 2);
        await passOf(runAt("06", "27"), "2026-11-27T06:10:00.000Z", 3); // tells what a dead one has held

        const ids = published.alerts.map(({ id }) => id);
        const matters = published.alerts.map(({ kind, tenant }) => `${kind} ${tenant}`);
        expect(matters).toEqual(expect.arrayContaining(["finding a", "finding b", "not-audited c"]));
        const lines = published.alerts.flatMap(({ kind, items }) => (kind === "digest" ? items : []));
        expect(lines).toEqual(expect.arrayContaining(["low  a: Orders API: a", "low  b: Orders API: b"]));
        expect(await pendingRuns(table)).toEqual([]);
        if (mortals.calls() <= diesAt) {
          expect(new Set(ids).size).toBe(ids.length);
          break;
        }
        deaths++;
        doubled += ids.length - new Set(ids).size;
      }
    }
    console.info(`announce: a stopped run, pass ${dying}: ${deaths} deaths, ${doubled} alerts doubled, none lost`);
    expect(deaths).toBeGreaterThan(20);
  });

  it("are asked about all at once, when the own run has been told", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    for (const hour of ["03", "04"]) {
      await noteRun(runAt(hour), ["b"], Date.parse("2026-11-25T16:00:00.000Z"), table);
    }
    const one = report([record("a", { changes: [change()] })], [], runAt("07"));
    await plant(one, table);
    const toldBefore: number[] = [];
    const both = Promise.withResolvers<undefined>();
    const endedAt = (): Promise<undefined> => {
      toldBefore.push(published.alerts.length);
      if (toldBefore.length === 2) both.resolve(undefined);
      return both.promise;
    };

    const clock = clockAt("2026-11-25T07:10:00.000Z");
    await announce(
      { run: one.run, tenants: ["a"] },
      { table, publisher: published, rules: RULES, clock, runs: { endedAt } },
    );

    expect(toldBefore).toEqual([1, 1]);
    expect(published.alerts.map(({ kind }) => kind)).toEqual(["finding", "digest"]);
  });

  it("that another pass is telling of are left to it, although they have ended", async () => {
    using table = openSqliteTable(":memory:");
    const run = await stopped(table);
    const row = await table.get<PendingRun>(pendingKey(run));
    if (!row) throw new Error("The run is not pending.");
    const heldUntil = "2026-11-25T07:19:00.000Z"; // since a minute ago
    await table.put(row.key, { ...row.value, heldUntil }, { ifVersion: row.version });

    expect(await heardAtSeven(table, { endedAt: async () => Date.parse("2026-11-25T05:30:00Z") })).toEqual([]);
  });
});
