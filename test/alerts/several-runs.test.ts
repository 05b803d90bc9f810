import { describe, expect, it } from "vitest";
import { announce } from "../../lib/alerts/announce.ts";
import type { Publisher } from "../../lib/alerts/ports.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { change, isPending, RULES, record } from "../support/run-records.ts";
import { clockAt, collect, pass, runAt } from "./a-pass.ts";

describe("several runs", () => {
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
