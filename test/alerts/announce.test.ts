import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { announce } from "../../lib/alerts/announce.ts";
import { atOnceAlerts } from "../../lib/alerts/at-once.ts";
import { noticeKey } from "../../lib/alerts/deliver.ts";
import type { RunRef } from "../../lib/findings/ledger/run-record.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import type { Table } from "../../lib/store/table.ts";
import { anyReport, isPending, plant, RULES, RUN, record, report } from "../support/run-records.ts";
import { CROWDED, clockAt, collect, DIES, MIXED, mortal, news, QUIET, tenantsOf, told } from "./a-pass.ts";

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
