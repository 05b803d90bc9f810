import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordAudit } from "../../../lib/findings/ledger/record-audit.ts";
import { type Change, type ChangeKind, MOST_CHANGES, type RunRecord } from "../../../lib/findings/ledger/run-record.ts";
import { openSqliteTable } from "../../../lib/local/sqlite-table.ts";
import type { Clock } from "../../../lib/model/clock.ts";
import type { Finding } from "../../../lib/model/finding.ts";
import { SEVERITIES } from "../../../lib/model/severity.ts";
import type { Table } from "../../../lib/store/table.ts";
import { audit, finding } from "../../support/reports.ts";
import {
  expectedHistory,
  inOrder,
  type ObservedRun,
  observation,
  observedRuns,
  subjectsOf,
  TENANT,
} from "./observed-runs.ts";

const still: Clock = { now: () => 0, sleep: () => Promise.reject(new Error("nobody should wait")) };
const patience = { clock: still, deadline: 60_000 };
const DAY = 86_400_000;
const instant = (key: string): number => Date.parse(key.slice(0, 24));

interface Told {
  kind: ChangeKind;
  finding: string;
  openForDays?: number;
}

/** What a run changes, told from all observations; undefined when nothing. */
function expectedChange(
  run: ObservedRun,
  earlier: readonly ObservedRun[],
  subject: Finding,
): (Told & { isTold: boolean }) | undefined {
  const now = observation(run, subject);
  const before = expectedHistory(earlier, subject)?.transitions.at(-1);
  const sightings = inOrder(earlier).filter((each) => typeof observation(each, subject) === "object");
  const last = sightings.at(-1)?.key ?? "";
  const told = (kind: ChangeKind) => ({ kind, finding: subject.id, isTold: true });
  if (now === "nothing") return undefined;
  if (now === "absent") return before && before.state !== "resolved" ? told("resolved") : undefined;
  if (now.status === "excepted") {
    const left = (key: string, expires: string) =>
      Math.floor(Date.parse(expires) / DAY) - Math.floor(instant(key) / DAY);
    const isNear = left(run.key, now.exception?.expires ?? "") <= 14;
    if (before?.state !== "excepted") return told(isNear ? "exception-expiring" : "excepted");
    const wasNear = left(last, before.exception?.expires ?? "") <= 14;
    return isNear && !wasNear ? told("exception-expiring") : undefined;
  }
  if (!before) return told("new");
  if (before.state === "resolved") return told("regressed");
  if (before.state === "excepted") return told("exception-ended");
  if (SEVERITIES.indexOf(now.severity) > SEVERITIES.indexOf(before.severity)) return told("severity-raised");
  return { ...told("still-open"), ...passedMark(run, earlier, subject, last) };
}

/** Every mark there is, one after the other, looked at from both runs. */
function passedMark(run: ObservedRun, earlier: readonly ObservedRun[], subject: Finding, last: string) {
  const history = expectedHistory(earlier, subject)?.transitions ?? [];
  let since = last;
  for (const transition of history.toReversed()) {
    if (transition.state !== "open") break;
    since = transition.run;
  }
  const marks = [1, 3, 7, 14, 21, 28, 35].filter((days) => instant(run.key) - instant(since) >= days * DAY);
  const fresh = marks.filter((days) => instant(last) - instant(since) < days * DAY);
  const mark = fresh.at(-1);
  return mark === undefined ? { isTold: false } : { isTold: true, openForDays: mark };
}

const toldOf = ({ changes }: RunRecord): Told[] =>
  changes
    .map(({ kind, finding: id, openForDays }) => ({ kind, finding: id, ...(openForDays ? { openForDays } : {}) }))
    .sort(byFinding);
const byFinding = (a: Told, b: Told): number => (a.finding < b.finding ? -1 : 1);

describe("the changes of a run", () => {
  it("are what all earlier observations make of them", async () => {
    const kinds: { [Kind in ChangeKind]?: number } = {};
    await fc.assert(
      fc.asyncProperty(observedRuns(12), async (runs) => {
        using table = openSqliteTable(":memory:");
        const earlier: ObservedRun[] = [];
        for (const run of inOrder(runs)) {
          const record = await recordAudit(table, run, patience);
          const expected = subjectsOf(runs).flatMap((subject) => expectedChange(run, earlier, subject) ?? []);

          expect(toldOf(record)).toEqual(
            expected
              .filter(({ isTold }) => isTold)
              .map(({ isTold: _, ...change }) => change)
              .sort(byFinding),
          );
          const counted = Object.entries(record.totals).map(([kind, counts]) => [kind, sum(counts)]);
          const byKind = Map.groupBy(expected, ({ kind }) => kind);
          expect(Object.fromEntries(counted)).toEqual(
            Object.fromEntries([...byKind].map(([kind, same]) => [kind, same.length])),
          );
          for (const { kind } of record.changes) kinds[kind] = (kinds[kind] ?? 0) + 1;
          earlier.push(run);
          const standings = subjectsOf(runs).flatMap(
            (subject) => expectedHistory(earlier, subject)?.transitions.at(-1) ?? [],
          );
          if (run.audit.status !== "failed") {
            expect(sum(record.open)).toBe(standings.filter(({ state }) => state === "open").length);
            expect(record.excepted).toBe(standings.filter(({ state }) => state === "excepted").length);
          }
        }
      }),
      { numRuns: 300 },
    );
    console.info(`changes as all observations make them: ${JSON.stringify(kinds)}`);
  });
});

const sum = (counts: { [Key in string]?: number }): number =>
  Object.values(counts).reduce<number>((all, count = 0) => all + count, 0);

/** A run, so many days after the first of November, that finds what it is given. */
const runAfter = (days: number, findings: Finding[], id = "a"): ObservedRun => {
  const run = { id, startedAt: new Date(Date.UTC(2026, 10, 1, 6) + days * DAY).toISOString() };
  return {
    key: `${run.startedAt}#${id}`,
    run,
    audit: audit({
      tenant: TENANT,
      checks: [{ id: finding().check, status: "fail", evaluated: 1, failed: 1 }],
      findings,
    }),
    listed: new Map(),
    evidence: "runs/1",
    notes: [],
  };
};

async function changesOf(table: Table, ...runs: ObservedRun[]): Promise<(readonly Change[])[]> {
  const changes: (readonly Change[])[] = [];
  for (const run of runs) changes.push((await recordAudit(table, run, patience)).changes);
  return changes;
}

describe("a finding that stays open", () => {
  it("is told after 1, 3, 7 days and then weekly, and once where several marks are passed at once", async () => {
    using table = openSqliteTable(":memory:");
    const days = [0, 0.5, 1, 2, 3, 6.9, 7, 8, 14, 30, 31];

    const changes = await changesOf(table, ...days.map((day) => runAfter(day, [finding()])));

    expect(changes.map(([change]) => change && (change.openForDays ?? change.kind))).toEqual([
      ...["new", undefined, 1, undefined, 3, undefined, 7, undefined, 14, 28, undefined],
    ]);
  });

  it("begins anew when it comes back, and tells how often it did", async () => {
    using table = openSqliteTable(":memory:");

    const changes = await changesOf(
      table,
      runAfter(0, [finding()]),
      runAfter(1, []),
      runAfter(2, [finding({ severity: "critical" })]),
      runAfter(3, [finding({ severity: "critical" })]),
    );

    expect(changes.map(([change]) => change)).toMatchObject([
      { kind: "new", regressions: 0, severity: "high", message: finding().message },
      { kind: "resolved", regressions: 0, severity: "high", message: expect.stringContaining("not found any more") },
      { kind: "regressed", regressions: 1, severity: "critical", firstSeen: "2026-11-01T06:00:00.000Z" },
      { kind: "still-open", regressions: 1, openForDays: 1 },
    ]);
  });
});

describe("a run that a newer one has overtaken", () => {
  it("does not tell again what that one has told, and tells what only itself has seen", async () => {
    using table = openSqliteTable(":memory:");
    const passing = finding({ id: `f_${"2".repeat(24)}` });

    const [newer, late] = await changesOf(table, runAfter(1, [finding()]), runAfter(0, [finding(), passing]));

    expect(newer?.map(({ kind }) => kind)).toEqual(["new"]);
    expect(late?.map(({ kind, finding: id }) => [kind, id])).toEqual([["new", passing.id]]);
  });

  it("leaves it to the newer one to say that something is gone", async () => {
    using table = openSqliteTable(":memory:");

    const changes = await changesOf(table, runAfter(0, [finding()]), runAfter(2, []), runAfter(1, []));

    expect(changes.map((each) => each.map(({ kind }) => kind))).toEqual([["new"], ["resolved"], []]);
  });
});

describe("very many changes", () => {
  it("are all counted, and the most urgent are kept, what is resolved last", async () => {
    using table = openSqliteTable(":memory:");
    const many = (from: number, count: number, severity: Finding["severity"]) =>
      Array.from({ length: count }, (_, index) =>
        finding({ id: `f_${String(from + index).padStart(24, "0")}`, severity }),
      );

    await recordAudit(table, runAfter(0, many(0, 2_000, "critical")), patience);
    const record = await recordAudit(
      table,
      runAfter(1, [...many(5_000, 60, "low"), ...many(6_000, 3, "high")]),
      patience,
    );

    expect(record.totals).toEqual({ new: { high: 3, low: 60 }, resolved: { critical: 2_000 } });
    expect(record.changes).toHaveLength(MOST_CHANGES);
    expect(record.changes.slice(0, 4).map(({ severity }) => severity)).toEqual(["high", "high", "high", "low"]);
    expect(record.changes.slice(63).every(({ kind }) => kind === "resolved")).toBe(true);
  });

  it.each([
    { title: "names that strangers choose", exception: null, atLeast: 60 },
    // A configuration allows 500 characters; these take the most bytes each.
    {
      title: "names and exceptions",
      exception: { reason: "\u6f22".repeat(500), owner: "\u6f22".repeat(500), expires: "2027-03-31" },
      atLeast: 25,
    },
  ])("fit into one row of DynamoDB, however long the $title are", async ({ exception, atLeast }) => {
    using table = openSqliteTable(":memory:");
    const long = "\u{1f600}".repeat(5_000);
    const findings = Array.from({ length: 200 }, (_, index) =>
      finding({
        id: `f_${String(index).padStart(24, "0")}`,
        message: long,
        resource: { type: "client", id: `client-${index}`, name: long },
        ...(exception ? { status: "excepted", exception } : {}),
      }),
    );
    const ids = Array.from({ length: 50_000 }, (_, index) => `client-${index}`);
    const run = {
      ...runAfter(0, findings),
      listed: new Map([
        ["client", new Set(ids)],
        ["action", new Set(ids.slice(0, 9_000))],
      ] as const),
      notes: Array.from({ length: 30 }, () => long),
      matchedExceptions: ["\u6f22".repeat(6_666)],
    };

    const record = await recordAudit(table, run, patience);

    expect(Object.keys(record.listed)).toEqual(["action"]);
    expect(record.matchedExceptions).toEqual(run.matchedExceptions);
    expect(record.changes.length).toBeGreaterThanOrEqual(atLeast);
    expect(record.totals).toEqual(exception ? { excepted: { high: 200 } } : { new: { high: 200 } });
    expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThan(400_000);
  });
});

describe("the exceptions for all tenants that accept something in one", () => {
  const matched = async (count: number) => {
    using table = openSqliteTable(":memory:");
    const ids = Array.from({ length: count }, (_, index) => `grant.management.write-scopes/*/cgr_${1_000_000 + index}`);
    const { matchedExceptions } = await recordAudit(table, { ...runAfter(0, []), matchedExceptions: ids }, patience);
    return { ids, matchedExceptions };
  };

  it("are kept whole, or where they are too many for a row not at all: half of them would say something wrong", async () => {
    const few = await matched(400);
    expect(few.matchedExceptions).toEqual(few.ids);
    expect((await matched(100_000)).matchedExceptions).toBeNull();
  });
});

describe("a history that never rests", () => {
  it("is folded, and keeps when it began and how often it came back", async () => {
    using table = openSqliteTable(":memory:");
    for (let day = 0; day < 200; day += 1)
      await recordAudit(table, runAfter(day, day % 2 === 0 ? [finding()] : []), patience);
    const row = await table.get<{ transitions: unknown[] }>({
      partition: `TENANT#${TENANT}`,
      sort: `FINDING#${finding().id}`,
    });
    const late = await recordAudit(table, runAfter(10.5, []), patience);
    const { changes } = await recordAudit(table, runAfter(200, [finding()]), patience);

    expect(row?.value.transitions.length).toBeLessThanOrEqual(64);
    expect(late.changes).toEqual([]); // it is older than what is kept, so it says nothing any more
    expect(changes).toMatchObject([{ kind: "regressed", regressions: 100, firstSeen: "2026-11-01T06:00:00.000Z" }]);
  });
});

describe("what a run costs", () => {
  it("is its own record and the lease when nothing has changed", async () => {
    using table = openSqliteTable(":memory:");
    const findings = Array.from({ length: 500 }, (_, index) => finding({ id: `f_${String(index).padStart(24, "0")}` }));
    await recordAudit(table, runAfter(0, findings), patience);
    const written: string[] = [];
    const counting: Table = {
      ...table,
      put: (key, value, options) => {
        written.push(key.sort.replace(/#.*/, ""));
        return table.put(key, value, options);
      },
    };

    const older = findings.map((each) => ({ ...each, message: "It has grown older.", observed: 2_592_001 }));
    await recordAudit(counting, runAfter(1, older), patience);

    expect(written).toEqual(["LEDGER", "RUN", "RUN", "LEDGER"]);
  });
});
