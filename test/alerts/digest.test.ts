import { describe, expect, it } from "vitest";
import { localDay } from "../../lib/alerts/alert-rules.ts";
import { digestAlert } from "../../lib/alerts/digest.ts";
import type { RunReport } from "../../lib/alerts/run-report.ts";
import { change, changes, RULES, RUN, record, report, tallied } from "../support/run-records.ts";

const DAY = "2026-11-25";
const digest = (...reports: RunReport[]) => digestAlert(reports, DAY, RUN.startedAt, RULES);
const FAILED = { status: "failed", reason: "throttled", open: { high: 2, low: 1 } } as const;
const EXCEPTION = { reason: "SEC-112", owner: "dana@acme.example", expires: "2026-12-01" };

describe("the digest", () => {
  it("says that all is quiet, so that silence means that something is broken", () => {
    expect(digest(report([record("a"), record("b")]))).toMatchObject({
      kind: "digest",
      severity: "info",
      title: "Digest 2026-11-25: all quiet in 2 tenants",
      text: "Every tenant was looked at completely.",
      steps: ["All that is open: npx curfew findings --table Curfew-Table --status open"],
      items: [],
    });
  });

  it("says that somebody does not hear, which an alarm may not be able to tell", () => {
    const one = digestAlert([report([record("a")])], DAY, RUN.startedAt, RULES, { unreached: 2 });

    expect(one.severity).toBe("medium");
    expect(one.facts).toContainEqual({ label: "Not heard by", value: "2 subscriptions, missing or not confirmed" });
    expect(one.steps[0]).toContain("npx curfew alerts test");
    expect(one.title).toBe("Digest 2026-11-25: nothing new, but 2 subscriptions missing or not confirmed");
    expect(digest(report([record("a")])).facts.map(({ label }) => label)).not.toContain("Not heard by");
  });

  it("does not say how many do not hear where nobody could count them, and is not quiet then", () => {
    const one = digestAlert([report([record("a")])], DAY, RUN.startedAt, RULES, { unreached: null });

    expect(one).toMatchObject({
      severity: "medium",
      title: "Digest 2026-11-25: nothing new, but who hears of it could not be counted",
    });
    expect(one.facts).toContainEqual({ label: "Not heard by", value: "could not be counted" });
    expect(one.steps[0]).toContain("npx curfew alerts test");
  });

  it("is not quiet while something bad is open", () => {
    expect(digest(report([record("a", { open: { high: 2, low: 5 } })])).title).toBe(
      "Digest 2026-11-25: nothing new, 2 still open at high or above",
    );
  });

  it("tells first of what was not looked at, then of what got worse, ends or is over, and of notes", () => {
    const one = digest(
      report(
        [
          record("a", {
            status: "incomplete",
            notEvaluated: [{ id: "key.signing.age", reason: "missing-scope", detail: "read:signing_keys" }],
            changes: [
              change({ severity: "medium", message: "M" }),
              change({ kind: "resolved", message: "R", finding: "f_2" }),
              change({ kind: "exception-expiring", message: "E", finding: "f_3", exception: EXCEPTION }),
              change({ kind: "excepted", message: "A", finding: "f_4", exception: EXCEPTION }),
              change({ message: "told at once", finding: "f_5" }),
            ],
            notes: ["The log has a gap of 3 days."],
          }),
          record("b", { status: "failed", reason: "no-grant" }),
        ],
        ["c"],
      ),
    );

    expect(one.items).toEqual([
      "not audited  b: the auditor has no grant for the Management API",
      "not audited  c: the audit ended without a result",
      "incomplete  a: 1 check not evaluated (missing-scope)",
      "medium  a: Orders API: M",
      "high  a: exception ends soon: Orders API: E (until 2026-12-01, dana@acme.example)",
      "high  a: resolved: Orders API: R",
      "high  a: accepted: Orders API: A",
      "note  a: The log has a gap of 3 days.",
    ]);
    expect(one).toMatchObject({
      severity: "medium",
      title: "Digest 2026-11-25: 2 not audited, 1 incomplete, 2 new or worse, 1 expiring, 1 resolved",
      text: "3 tenants were not looked at completely: what is new there may not be seen.",
    });
    expect(one.facts).toContainEqual({ label: "Told at once", value: "1 finding" });
  });

  it("covers every run since the last one, and says of each tenant how it stands now", () => {
    const early = { id: "r1", startedAt: "2026-11-24T07:00:00.000Z" };
    const late = { id: "r2", startedAt: "2026-11-25T05:00:00.000Z" };
    const one = digest(
      report([record("a", { open: { low: 1 } })], [], late),
      report([record("a", { open: { low: 9 }, changes: [change({ severity: "low" })] })], ["b"], early),
      report([record("b", { open: { medium: 1 } })], [], late),
    );

    expect(one.items).toEqual(["low  a: Orders API: Access tokens live 30 d; the limit is 24 h"]);
    expect(one.facts).toContainEqual({ label: "Open now", value: "1 medium, 1 low" });
    expect(one.facts).toContainEqual({ label: "Runs", value: "3" });
  });

  it("says how much it leaves out", () => {
    const list = changes(100, { severity: "low" });
    const one = digest(report([record("a", { changes: list, totals: { new: { low: 300 } } })]));

    expect(one.items.at(-1)).toBe("and 240 more new or worse");
    expect(one.title).toBe("Digest 2026-11-25: 300 new or worse");
  });

  it("counts what a record has no room for at all, and is as bad as that", () => {
    const crowd = changes(500, { severity: "critical" });
    const mild = changes(7, { severity: "medium" }).map((one) => ({ ...one, finding: `mild ${one.finding}` }));
    const ending = changes(2, { kind: "exception-expiring" }).map((one) => ({ ...one, finding: `end ${one.finding}` }));
    const one = digest(report([tallied("a", [...crowd, ...mild, ...ending])]));

    expect(one).toMatchObject({
      severity: "medium",
      title: "Digest 2026-11-25: 507 new or worse, 2 expiring",
      items: ["and 7 more new or worse", "and 2 more expiring"],
    });
    expect(one.facts).toContainEqual({ label: "Told at once", value: "500 findings" });
  });

  it("is never as bad as what is told at once", () => {
    expect(digest(report([record("a", { changes: [change({ severity: "critical" })] })])).severity).toBe("info");
  });
});

describe("tenants that no run has looked at", () => {
  const rules = { ...RULES, tenants: ["a", "b", "c"] };
  const before = [
    record("b", { run: { id: "r", startedAt: "2026-11-23T06:00:00.000Z" }, open: { high: 2, low: 1 }, excepted: 1 }),
  ];

  it("are named, and then nothing is quiet or complete", () => {
    const one = digestAlert([report([record("a")])], DAY, RUN.startedAt, rules);

    expect(one).toMatchObject({
      severity: "medium",
      title: "Digest 2026-11-25: 2 not looked at",
      text: "2 tenants were not looked at completely: what is new there may not be seen.",
      items: [
        "not looked at  b: no run since the last digest was about it",
        "not looked at  c: no run since the last digest was about it",
      ],
    });
    expect(one.steps[0]).toContain("Start an audit over all tenants");
  });

  it("are named up to a number, and counted", () => {
    const tenants = Array.from({ length: 1_000 }, (_, index) => `t${index}`);
    const one = digestAlert([report([record("a")])], DAY, RUN.startedAt, { ...rules, tenants });

    expect(one.items).toHaveLength(61);
    expect(one.items.at(-1)).toBe("and 940 more");
  });

  it.each([
    { title: "were in no run", reports: [report([record("a", { open: { low: 4 } })])] },
    { title: "failed", reports: [report([record("a", { open: { low: 4 } }), record("b", FAILED)], ["c"])] },
  ])("that $title count with what was open before, as of when", ({ reports }) => {
    const one = digestAlert(reports, DAY, RUN.startedAt, rules, { before });

    expect(one.facts).toEqual(
      expect.arrayContaining([
        { label: "Open now", value: "2 high, 5 low" },
        {
          label: "Of these, where it was not audited",
          value: "2 high, 1 low, as of 2026-11-23 06:00 UTC; not known in 1 tenant",
        },
        { label: "Accepted", value: "1" },
      ]),
    );
  });

  it("and were never audited are not known to have nothing open", () => {
    const one = digestAlert([report([record("a")], ["b", "c"])], DAY, RUN.startedAt, rules);

    expect(one.facts).toContainEqual({ label: "Open now", value: "not known" });
  });
});

it.each([
  ["2026-11-24T22:59:00.000Z", "Europe/Berlin", "2026-11-24"],
  ["2026-11-24T23:00:00.000Z", "Europe/Berlin", "2026-11-25"],
  ["2026-11-25T04:00:00.000Z", "America/New_York", "2026-11-24"],
  ["2026-11-25T11:00:00.000Z", "Pacific/Auckland", "2026-11-26"],
  ["2026-11-25T11:00:00.000Z", "UTC", "2026-11-25"],
])("%s is in %s on %s", (at, timezone, day) => {
  expect(localDay(at, timezone)).toBe(day);
});
