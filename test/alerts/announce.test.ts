import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Alert } from "../../lib/alerts/alert.ts";
import { announce } from "../../lib/alerts/announce.ts";
import { atOnceAlerts } from "../../lib/alerts/at-once.ts";
import { deliverAlerts, noticeKey } from "../../lib/alerts/deliver.ts";
import { deliverNews } from "../../lib/alerts/deliver-news.ts";
import type { News } from "../../lib/alerts/news.ts";
import { noteRun, type PendingRun, pendingKey, pendingRuns } from "../../lib/alerts/pending-runs.ts";
import type { Publisher, RunWatch } from "../../lib/alerts/ports.ts";
import type { RunReport } from "../../lib/alerts/run-report.ts";
import { type RunRecord, type RunRef, runKey } from "../../lib/findings/ledger/run-record.ts";
import { runOf } from "../../lib/findings/ledger/runs.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import type { Clock } from "../../lib/model/clock.ts";
import type { Table } from "../../lib/store/table.ts";
import { anyReport, change, changes, isPending, plant, RULES, RUN, record, report } from "../support/run-records.ts";
import { virtualClock } from "../support/virtual-clock.ts";

/** A clock that a test sets. */
function clockAt(start: string): Clock & { set(at: string): void } {
  let now = Date.parse(start);
  return {
    now: () => now,
    sleep: async () => undefined,
    set: (at) => {
      now = Date.parse(at);
    },
  };
}

/** Keeps what was published. */
function collect(): Publisher & { alerts: Alert[] } {
  const alerts: Alert[] = [];
  return { alerts, publish: async (alert) => void alerts.push(alert) };
}

const tenantsOf = ({ records, missing }: RunReport): string[] => [...records.map(({ tenant }) => tenant), ...missing];

const DIES = new Error("the process died");

/**
 * Lets a process die at one of its calls: before the call has an effect, or after. From then on it does nothing at all.
 */
function mortal(table: Table, publisher: Publisher, diesAt: number, when: "before" | "after") {
  let calls = 0;
  const step = async <T>(call: () => Promise<T>): Promise<T> => {
    const index = calls++;
    if (index > diesAt || (index === diesAt && when === "before")) throw DIES;
    const result = await call();
    if (index === diesAt) throw DIES;
    return result;
  };
  const dying: Table = {
    get: (key) => step(() => table.get(key)),
    put: (...args) => step(() => table.put(...args)),
    remove: (...args) => step(() => table.remove(...args)),
    async *list(...args) {
      await step(async () => undefined);
      yield* table.list(...args) as AsyncIterable<never>;
    },
  };
  return {
    table: dying,
    publisher: { publish: (alert: Alert) => step(() => publisher.publish(alert)) },
    calls: () => calls,
  };
}

/** Ten tenants with something of everything. */
const MIXED = report(
  [
    record("a", { changes: [change(), change({ kind: "still-open", openForDays: 3, finding: "f_2" })] }),
    record("b", { changes: [change({ kind: "regressed", severity: "critical", regressions: 1 })] }),
    record("c", { status: "failed", reason: "throttled" }),
    record("d", { changes: [change({ severity: "low" })], open: { low: 1 } }),
  ],
  ["e"],
);
const CROWDED = report([record("a", { changes: changes(15) }), record("b", { changes: changes(15) })]);

const QUIET = report([record("a")]);

/** So many matters beside what audits found: every other one is for the owner of its tenant alone. */
const news = (count: number): News => ({
  alerts: Array.from({ length: count }, (_, index) => matter(index)),
  readAt: Date.parse(RUN.startedAt),
  digest: () => ({ headline: [], severity: "info", facts: [], steps: [], items: [] }),
});

/** What a pass that does not die tells of it. */
async function told({ alerts }: News): Promise<Alert[]> {
  using table = openSqliteTable(":memory:");
  const published = collect();
  await deliverNews(alerts, { run: RUN, rules: RULES }, published, table, clockAt(RUN.startedAt));
  return published.alerts;
}

const matter = (index: number): Alert => ({
  id: `al_matter-${index}`,
  kind: index % 2 === 0 ? "rotation" : "rotation-due",
  severity: "medium",
  tenant: "a",
  owner: "anna@acme.example",
  title: `a: matter ${index}`,
  text: "It matters.",
  facts: [],
  steps: [],
  items: [],
  at: RUN.startedAt,
});

describe("a pass that dies anywhere", () => {
  test.each([
    ["single alerts", MIXED, news(0)],
    ["summaries", CROWDED, news(0)],
    ["single news", QUIET, news(4)],
    ["summaries of news", QUIET, news(50)],
  ])("loses nothing and doubles only what it had published and not recorded: %s", async (_, one, beside) => {
    const toldBeside = await told(beside);
    let deaths = 0;
    let doubled = 0;
    for (const when of ["before", "after"] as const) {
      for (let diesAt = 0; ; diesAt++) {
        using table = openSqliteTable(":memory:");
        const published = collect();
        const clock = clockAt("2026-11-25T06:30:00.000Z");
        await plant(one, table);
        const first = mortal(table, published, diesAt, when);
        const ended = { run: RUN, tenants: tenantsOf(one) };
        await announce(ended, { ...first, rules: RULES, clock, news: beside }).catch((error: unknown) =>
          expect(error).toBe(DIES),
        );
        const hasDied = first.calls() > diesAt;
        const unrecorded = new Set<string>();
        for (const { id, kind } of published.alerts) {
          const isRecorded = kind === "digest" ? await digestIsRecorded(table) : await table.get(noticeKey(id));
          if (!isRecorded) unrecorded.add(id);
        }
        const retried = await announce(ended, { table, publisher: published, rules: RULES, clock, news: beside });

        const ids = published.alerts.map(({ id }) => id);
        const expected = [...atOnceAlerts(one, RULES), ...toldBeside].map(({ id }) => id);
        expect(ids).toEqual(expect.arrayContaining(expected));
        expect(published.alerts.filter(({ kind }) => kind === "digest").length).toBeGreaterThan(0);
        expect(new Set(ids).size).toBe(expected.length + 1);
        const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
        expect(new Set(twice)).toEqual(unrecorded);
        expect(retried.failed).toEqual([]);
        expect(await isPending(RUN, table)).toBe(false);
        if (!hasDied) break;
        deaths++;
        doubled += twice.length;
      }
    }
    console.info(`announce: ${deaths} deaths, ${doubled} alerts doubled, none lost`);
    expect(deaths).toBeGreaterThan(20);
  });
});

const digestIsRecorded = async (table: Table): Promise<boolean> =>
  (await table.get<{ day: string }>({ partition: "NOTICE#digest", sort: "NOTICE" }))?.value.day === "2026-11-25";

test("whatever was found, a replay in any order of records tells nothing again", async () => {
  await fc.assert(
    fc.asyncProperty(anyReport, async (one) => {
      using table = openSqliteTable(":memory:");
      const published = collect();
      await plant(one, table);
      const parts = { table, publisher: published, rules: RULES, clock: clockAt("2026-11-25T06:30:00.000Z") };
      await announce({ run: RUN, tenants: tenantsOf(one) }, parts);
      const count = published.alerts.length;

      await announce({ run: RUN, tenants: tenantsOf(one).toReversed() }, parts);

      expect(published.alerts.length).toBe(count);
      expect(count).toBe(atOnceAlerts(one, RULES).length + 1);
      expect(await isPending(RUN, table)).toBe(false);
    }),
    { numRuns: 50 },
  );
});

describe("news", () => {
  const given = { run: RUN, rules: RULES };
  const clock = clockAt(RUN.startedAt);

  it("are summaries where there are too many: for everybody, and for each owner", async () => {
    expect((await told(news(50))).map(({ kind, owner, title }) => [kind, owner, title])).toEqual([
      ["rotation", null, "25 matters of rotation in 1 tenant"],
      ["owner-summary", "anna@acme.example", "25 matters of rotation in 1 tenant"],
      ["owner-summary", "anna@acme.example", "25 rotations to come in 1 tenant"],
    ]);
  });

  it("are told once: the next day only what is new, by itself", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const next = { ...given, run: { id: "run-2", startedAt: "2026-11-26T06:00:00.000Z" } };
    await deliverNews(news(50).alerts, given, published, table, clock);
    const count = published.alerts.length;

    const delivery = await deliverNews(news(51).alerts, next, published, table, clock);

    expect(published.alerts.slice(count).map(({ id }) => id)).toEqual(["al_matter-50"]);
    expect(delivery.known).toHaveLength(50);
  });

  it("come again where one of their summaries could not be sent", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const picky: Publisher = {
      publish: async (alert) => {
        if (alert.kind === "owner-summary") throw DIES;
        await published.publish(alert);
      },
    };
    await deliverNews(news(50).alerts, given, picky, table, clock);

    await deliverNews(news(50).alerts, given, published, table, clock);

    expect(published.alerts.map(({ kind }) => kind)).toEqual(["rotation", "owner-summary", "owner-summary"]);
  });

  it("keep the run pending until they are told", async () => {
    using table = openSqliteTable(":memory:");
    await plant(QUIET, table);
    const dumb: Publisher = {
      publish: async ({ kind }) => {
        if (kind !== "digest") throw DIES;
      },
    };
    const parts = { table, rules: RULES, clock: clockAt("2026-11-25T06:30:00.000Z"), news: news(2) };
    const published = collect();

    const first = await announce({ run: RUN, tenants: ["a"] }, { ...parts, publisher: dumb });
    await announce({ run: RUN, tenants: ["a"] }, { ...parts, publisher: published });

    expect(first.failed).toHaveLength(2);
    expect(published.alerts.map(({ id }) => id)).toEqual(["al_matter-0", "al_matter-1"]);
  });
});

describe("delivering", () => {
  const alerts = atOnceAlerts(MIXED, RULES);

  it("goes on when one cannot be published, reports it, and sends it the next time alone", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const broken = alerts[1]?.id;
    const picky: Publisher = {
      publish: async (alert) => {
        if (alert.id === broken) throw DIES;
        await published.publish(alert);
      },
    };
    const clock = clockAt(RUN.startedAt);

    const first = await deliverAlerts(alerts, picky, table, clock);
    const second = await deliverAlerts(alerts, published, table, clock);

    expect(first.failed).toEqual([{ id: broken, error: DIES }]);
    expect(first.sent).toHaveLength(alerts.length - 1);
    expect(second.sent).toEqual([broken]);
    expect(second.known).toHaveLength(alerts.length - 1);
  });

  it("publishes no more than five messages a second, because SNS suspends mail subscriptions beyond ten", async () => {
    using table = openSqliteTable(":memory:");
    const clock = virtualClock();
    const times: number[] = [];
    const publisher: Publisher = { publish: async () => void times.push(clock.now()) };

    await clock.run(deliverAlerts(alerts, publisher, table, clock));

    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps).toHaveLength(alerts.length - 1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200);
  });

  it("keeps a run pending until everything of it was told", async () => {
    using table = openSqliteTable(":memory:");
    await plant(MIXED, table);
    const ended = { run: RUN, tenants: tenantsOf(MIXED) };
    const parts = { table, rules: RULES, clock: clockAt("2026-11-25T06:30:00.000Z") };
    const refusing: Publisher = { publish: () => Promise.reject(DIES) };

    const failed = await announce(ended, { ...parts, publisher: refusing });
    expect(failed.failed).toHaveLength(alerts.length + 1);
    expect(await isPending(RUN, table)).toBe(true);

    const published = collect();
    await announce(ended, { ...parts, publisher: published });
    expect(published.alerts).toHaveLength(alerts.length + 1);
    expect(await runOf(table, "a", runKey(RUN))).toMatchObject({ announced: true });
  });
});

it("gives back at once what could not be told, so that the next run tells it, a person's by hand too", async () => {
  using table = openSqliteTable(":memory:");
  await plant(MIXED, table);
  const next: RunRef = { id: "by-hand", startedAt: "2026-11-25T06:31:00.000Z" };
  await plant(report([record("d", { run: next })], [], next), table);
  const parts = { table, rules: RULES, clock: clockAt("2026-11-25T06:31:00.000Z") };
  await announce(
    { run: RUN, tenants: tenantsOf(MIXED) },
    { ...parts, publisher: { publish: () => Promise.reject(DIES) } },
  );

  const published = collect();
  await announce({ run: next, tenants: ["d"] }, { ...parts, publisher: published });

  const told = published.alerts.map(({ id }) => id);
  expect(told).toEqual(expect.arrayContaining(atOnceAlerts(MIXED, RULES).map(({ id }) => id)));
});

it("leaves every record of a run that was told the day on which it expires", async () => {
  using table = openSqliteTable(":memory:");
  await plant(MIXED, table);
  const expiries: (number | undefined)[] = [];
  const watched: Table = {
    ...table,
    put: (key, value, options) => {
      if (key.partition.startsWith("TENANT#")) expiries.push(options?.expires);
      return table.put(key, value, options);
    },
  };
  const clock = clockAt("2026-11-25T06:30:00.000Z");

  await announce(
    { run: RUN, tenants: tenantsOf(MIXED) },
    { table: watched, publisher: collect(), rules: RULES, clock },
  );

  const expected = Math.floor(Date.parse(RUN.startedAt) / 1_000) + 400 * 86_400;
  expect(expiries).toEqual(MIXED.records.map(() => expected));
});

describe("several runs", () => {
  const runAt = (hour: string, day = "25"): RunRef => ({
    id: `r${day}-${hour}`,
    startedAt: `2026-11-${day}T${hour}:00:00.000Z`,
  });

  async function pass(
    run: RunRef,
    records: RunRecord[],
    table: Table,
    publisher: Publisher,
    rules = RULES,
  ): Promise<void> {
    const one = report(records, [], run);
    await plant(one, table);
    const clock = clockAt(run.startedAt.replace(":00:00", ":10:00"));
    await announce({ run, tenants: tenantsOf(one) }, { table, publisher, rules, clock });
  }

  it("a day make one digest, of everything since the last one", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const low = (finding: string) => [
      record("d", { changes: [change({ severity: "low", finding, message: finding })] }),
    ];

    await pass(runAt("06"), low("first"), table, published);
    await pass(runAt("12"), low("noon"), table, published);
    await pass(runAt("18"), low("evening"), table, published);
    await pass(runAt("06", "26"), low("second"), table, published);

    const digests = published.alerts.filter(({ kind }) => kind === "digest");
    expect(digests.map(({ items }) => items)).toEqual([
      ["low  d: Orders API: first"],
      ["low  d: Orders API: evening", "low  d: Orders API: noon", "low  d: Orders API: second"],
    ]);
    for (const hour of ["06", "12", "18"]) expect(await isPending(runAt(hour), table)).toBe(false);
  });

  it("by hand for a single tenant leave the digest to the next one over all, unless that stays away", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const rules = { ...RULES, tenants: ["a", "d"] };
    const all = [record("a"), record("d")];
    await pass(runAt("06"), all, table, published, rules);

    await pass(runAt("01", "26"), [record("a", { notes: ["By hand."] })], table, published, rules);
    expect(published.alerts).toHaveLength(1);
    await pass(runAt("06", "26"), all, table, published, rules);
    expect(published.alerts.at(-1)).toMatchObject({
      title: "Digest 2026-11-26: all quiet in 2 tenants",
      items: ["note  a: By hand."],
    });
    for (const day of ["27", "28"]) await pass(runAt("06", day), [record("a")], table, published, rules);
    expect(published.alerts).toHaveLength(2);
    await pass(runAt("06", "29"), [record("a")], table, published, rules);
    expect(published.alerts.at(-1)?.title).toBe("Digest 2026-11-29: 1 not looked at");
  });

  it("count what was open where they did not look as it was found last", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const rules = { ...RULES, tenants: ["a", "d", "e"] };
    const all = [record("a", { open: { low: 1 } }), record("d", { open: { high: 2 } })];
    await pass(runAt("06"), all, table, published, rules);

    const failed = record("d", { status: "failed", reason: "throttled", open: { high: 2 } });
    await pass(runAt("06", "26"), [record("a", { open: { low: 3 } }), failed, record("e")], table, published, rules);

    expect(published.alerts.at(-1)?.facts).toEqual(
      expect.arrayContaining([
        { label: "Open now", value: "2 high, 3 low" },
        { label: "Of these, where it was not audited", value: "2 high, as of 2026-11-25 06:00 UTC" },
      ]),
    );
  });

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

  it("that end at the same moment tell each matter once, and one digest", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const runs = ["r1", "r2", "r3"].map((id) => ({ ...runAt("06"), id }));
    const found = runs.map(({ id }) => [
      record("a", {
        changes: [change({ finding: id }), change({ finding: `${id} low`, severity: "low", message: id })],
      }),
    ]);

    await Promise.all(runs.map((run, index) => pass(run, found[index] ?? [], table, published)));
    await pass(runAt("06", "26"), [], table, published);

    const ofKind = (wanted: string) => published.alerts.filter(({ kind }) => kind === wanted);
    expect(
      ofKind("finding")
        .map(({ facts }) => facts.at(-1)?.value)
        .sort(),
    ).toEqual(runs.map(({ id }) => id));
    expect(ofKind("digest").map(({ title }) => title.slice(0, 17))).toEqual(["Digest 2026-11-25", "Digest 2026-11-26"]);
    const digested = ofKind("digest").flatMap(({ items }) => items);
    expect(digested.sort()).toEqual(runs.map(({ id }) => `low  a: Orders API: ${id}`));
    for (const run of runs) expect(await isPending(run, table)).toBe(false);
  });

  it("make one digest also when a second one ends while the first is sending it", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const sending = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const slow: Publisher = {
      publish: async (alert) => {
        sending.resolve();
        await gate.promise;
        await published.publish(alert);
      },
    };

    const first = pass({ ...runAt("06"), id: "r1" }, [record("a")], table, slow);
    await sending.promise;
    await pass({ ...runAt("06"), id: "r2" }, [record("a")], table, published);
    gate.resolve();
    await first;

    expect(published.alerts.map(({ kind }) => kind)).toEqual(["digest"]);
  });

  it("of a day long gone can be replayed and tell nothing", async () => {
    using table = openSqliteTable(":memory:");
    const published = collect();
    const records = [record("a", { changes: [change({ severity: "low" })] })];
    await pass(runAt("06"), records, table, published);
    await pass(runAt("06", "26"), [record("a")], table, published);
    const count = published.alerts.length;

    const clock = clockAt("2026-11-26T09:00:00.000Z");
    await announce({ run: runAt("06"), tenants: ["a"] }, { table, publisher: published, rules: RULES, clock });

    expect(published.alerts).toHaveLength(count);
    expect(await isPending(runAt("06"), table)).toBe(false);
  });
});
