import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Alert } from "../../lib/alerts/alert.ts";
import { alertRules } from "../../lib/alerts/alert-rules.ts";
import { atOnceAlerts } from "../../lib/alerts/at-once.ts";
import { renderEmail } from "../../lib/alerts/email.ts";
import type { RunReport } from "../../lib/alerts/run-report.ts";
import { isReminder, sum } from "../../lib/alerts/run-report.ts";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { CHANGE_KINDS } from "../../lib/findings/ledger/run-record.ts";
import { isUrgent, WORSENING } from "../../lib/findings/ledger/urgent.ts";
import { isAtLeast, SEVERITIES } from "../../lib/model/severity.ts";
import { configOf, FULL } from "../config/example.ts";
import {
  anyFound,
  anyReport,
  change,
  changes,
  type Found,
  RULES,
  RUN,
  record,
  report,
  tallied,
} from "../support/run-records.ts";

const told = (...args: Parameters<typeof report>) => atOnceAlerts(report(...args), RULES);

describe("what is told at once", () => {
  test.each(CHANGE_KINDS.flatMap((kind) => SEVERITIES.map((severity) => [kind, severity] as const)))(
    "a finding that is %s and %s",
    (kind, severity) => {
      const alerts = told([record("a", { changes: [change({ kind, severity })] })]);

      const isTold = (WORSENING as readonly string[]).includes(kind) && isAtLeast(severity, "high");
      expect(alerts.map(({ kind: of, tenant, owner }) => [of, tenant, owner])).toEqual(
        isTold ? [["finding", "a", "anna@acme.example"]] : [],
      );
    },
  );

  it("says what is wrong and where, since when and what to do", () => {
    const [alert] = told([record("a", { changes: [change({ kind: "regressed", regressions: 2 })] })]);

    expect(alert).toMatchObject({
      severity: "high",
      title: "a: is back: Orders API: Access tokens live 30 d; the limit is 24 h",
      text: "This had been resolved and has come back, for the 2nd time.",
      at: RUN.startedAt,
    });
    expect(alert?.facts).toContainEqual({ label: "Where", value: "resource-server Orders API (5f)" });
    expect(alert?.facts).toContainEqual({ label: "First seen", value: "2026-11-20 06:00 UTC" });
    expect(alert?.steps[0]).toBe("Mend expiry.api.access-token-lifetime.");
  });

  it("is one alert each up to 20, and one summary from 21 on, with one for each owner", () => {
    const many = (count: number) =>
      told([record("a", { changes: changes(1) }), record("x", { changes: changes(count) })]);

    expect(many(19).map(({ kind }) => kind)).toEqual(Array(20).fill("finding"));
    expect(many(20).map(({ kind, tenant, owner, title }) => [kind, tenant, owner, title])).toEqual([
      ["summary", null, null, "21 findings are new or worse in 2 tenants"],
      ["owner-summary", null, "anna@acme.example", "1 finding is new or worse in 1 tenant"],
    ]);
  });

  it("lists the worst first in a summary and says how many it leaves out, those included that the record leaves out", () => {
    const full = [...changes(99), change({ severity: "critical", finding: "f_worst" })];
    const [alert] = told([record("x", { changes: full, totals: { new: { high: 499, critical: 1 } } })]);

    expect(alert?.items[0]).toMatch(/^critical {2}x: /);
    expect(alert?.items.at(-1)).toBe("and 400 more");
    expect(alert).toMatchObject({ severity: "critical", title: "500 findings are new or worse in 1 tenant" });
  });

  it("reminds of what is still open, once for each tenant and mark", () => {
    const open = (openForDays: number, finding: string) => change({ kind: "still-open", openForDays, finding });
    const alerts = told([
      record("a", { changes: [open(1, "f_1"), open(1, "f_2"), open(7, "f_3")] }),
      record("x", { changes: [open(1, "f_4"), change({ kind: "still-open", finding: "f_5" })] }),
    ]);

    expect(alerts.map(({ kind, tenant, title }) => [kind, tenant, title])).toEqual([
      ["reminder", "a", "a: 2 findings still open for 1 day"],
      ["reminder", "a", "a: 1 finding still open for 7 days"],
      ["reminder", "x", "x: 1 finding still open for 1 day"],
    ]);
  });

  it("reminds once where two runs of a day see the same mark as passed, and again of another day or finding", () => {
    const idOf = (startedAt: string, finding = "f_1"): string | undefined => {
      const changes = [change({ kind: "still-open", openForDays: 7, finding })];
      const run = { id: `run-at-${startedAt}`, startedAt };
      return atOnceAlerts({ run, records: [record("a", { run, changes })], missing: [] }, RULES)[0]?.id;
    };

    const first = idOf("2026-11-25T06:00:00.000Z");
    expect(idOf("2026-11-25T06:00:01.000Z")).toBe(first);
    expect(idOf("2026-12-25T06:00:00.000Z")).not.toBe(first);
    expect(idOf("2026-11-25T06:00:00.000Z", "f_2")).not.toBe(first);
  });
});

test("the documented mail is the one that is sent", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/alerts.md"), "utf8");
  const [, shown = ""] = /```text\n([\s\S]*?)```/.exec(page) ?? [];
  const rules = alertRules(configOf(FULL), CATALOGUE, "Curfew-Table");
  const resource = { type: "resource-server", id: "5f2b0c", name: "Orders API" } as const;
  const found = change({ resource, firstSeen: RUN.startedAt, finding: "f_0123456789abcdef01234567" });

  const [alert] = atOnceAlerts(report([record("acme-prod", { changes: [found] })]), rules);

  const { subject, body } = renderEmail(alert as Alert);
  expect(`Subject: ${subject}\n\n${body}\n`).toBe(shown);
  expect(alert?.owner).toBe("identity@acme.example");
  expect(rules.timezone).toBe("Europe/Berlin");
});

describe("a tenant that was not audited", () => {
  test.each(["unreachable", "credentials-refused", "no-grant", "throttled", "reference-unresolved"] as const)(
    "because of %s is told with the reason, the detail and what to do",
    (reason) => {
      const [alert] = told([record("a", { status: "failed", reason, detail: "It said no." })]);

      expect(alert).toMatchObject({ kind: "not-audited", severity: "high", tenant: "a", owner: "anna@acme.example" });
      expect(alert?.facts).toContainEqual({ label: "Reason", value: reason });
      expect(alert?.facts).toContainEqual({ label: "Detail", value: "It said no." });
      expect(alert?.steps.length).toBeGreaterThan(1);
    },
  );

  it("because it left no record is told, too", () => {
    const [alert] = told([], ["a"]);

    expect(alert).toMatchObject({ kind: "not-audited", title: "a was not audited: the audit ended without a result" });
  });

  it("is told once a day and reason, however often audits run", () => {
    const at = (startedAt: string, reason: "unreachable" | "throttled" = "unreachable") =>
      told([record("a", { status: "failed", reason })], [], { id: startedAt.slice(11, 13), startedAt })[0]?.id;

    const six = at("2026-11-25T06:00:00.000Z");
    expect(at("2026-11-25T07:00:00.000Z")).toBe(six);
    expect(at("2026-11-25T06:00:00.000Z", "throttled")).not.toBe(six);
    expect(at("2026-11-25T23:30:00.000Z"), "half past midnight in Berlin").not.toBe(six);
  });

  it("is one of many when a whole region is dark: one alert over all, and one for each owner", () => {
    const alerts = told([], ["a", ...Array.from({ length: 20 }, (_, index) => `t${index}`)]);

    expect(alerts.map(({ kind, tenant, owner, title }) => [kind, tenant, owner, title])).toEqual([
      ["not-audited", null, null, "21 tenants were not audited"],
      ["owner-summary", null, "anna@acme.example", "1 tenant was not audited"],
    ]);
  });
});

/** How many findings or tenants an alert tells of. */
function matters({ kind, title, items }: Pick<Alert, "kind" | "title" | "items">): number {
  if (kind === "finding") return 1;
  if (kind === "not-audited") return items.length || 1;
  if (title.includes(" reminders in ")) return sum(items.map((item) => countIn(item.replace(/^.*?: /, ""))));
  return countIn(title.replace(/^[a-z]: /, ""));
}

const countIn = (text: string): number => Number(/^([0-9,]+) finding/.exec(text)?.[1]?.replaceAll(",", ""));

test("no matter is lost or told twice, ids are unique, and order changes nothing", () => {
  let reports = 0;
  fc.assert(
    fc.property(anyReport, fc.infiniteStream(fc.nat()), (one, order) => {
      reports++;
      const alerts = atOnceAlerts(one, RULES);

      const everybody = alerts.filter(({ kind }) => kind !== "owner-summary");
      const count = (...kinds: string[]) => sum(everybody.filter(({ kind }) => kinds.includes(kind)).map(matters));
      const all = one.records.flatMap(({ changes: list }) => list);
      expect(count("finding", "summary")).toBe(all.filter(isUrgent).length);
      expect(count("reminder")).toBe(all.filter(isReminder).length);
      expect(count("not-audited")).toBe(
        one.missing.length + one.records.filter(({ status }) => status === "failed").length,
      );
      expect(new Set(alerts.map(({ id }) => id)).size).toBe(alerts.length);
      expect(atOnceAlerts(shuffled(one, order), RULES)).toEqual(alerts);
    }),
  );
  console.info(`at once: ${reports} reports, no matter lost`);
});

describe("a tenant in which more has changed than its record holds", () => {
  const long = { reason: "\u6f22".repeat(500), owner: "\u6f22".repeat(500), expires: "2026-12-01" };
  const kept = (kind: "still-open" | "excepted", count: number) =>
    changes(count, {
      kind,
      severity: "critical",
      ...(kind === "excepted" ? { exception: long } : { openForDays: 7 }),
    }).map((one) => ({ ...one, finding: `f_${kind}_${one.finding}` }));

  it.each([
    { title: "reminders that are worse", crowd: kept("still-open", 100), others: ["reminder"] },
    { title: "accepted ones that are worse and long", crowd: kept("excepted", 80), others: [] },
  ])("tells what is new one by one beside $title", ({ crowd, others }) => {
    const alerts = told([tallied("a", [...crowd, ...changes(5)])]);

    expect(alerts.map(({ kind }) => kind)).toEqual([...Array(5).fill("finding"), ...others]);
  });

  it("counts all reminders, also those that it does not list", () => {
    const open = changes(500, { kind: "still-open", openForDays: 7 });
    const [all, none] = [told([tallied("a", open)]), told([tallied("a", [...open, ...changes(100)])])];

    expect(all[0]).toMatchObject({ title: "a: 500 findings still open for 7 days" });
    expect(all[0]?.items.at(-1)).toBe("and 480 more");
    expect(none.at(-1)).toMatchObject({ title: "a: 500 findings still open for 7 days", severity: "high", items: [] });
  });

  it("has its findings counted in the summaries for everybody and for its owner", () => {
    const alerts = told([tallied("a", changes(500)), tallied("x", changes(3))]);

    expect(alerts.map(({ kind, owner, title }) => [kind, owner, title])).toEqual([
      ["summary", null, "503 findings are new or worse in 2 tenants"],
      ["owner-summary", "anna@acme.example", "500 findings are new or worse in 1 tenant"],
    ]);
  });

  it("is named where a summary lists nothing of it, and first", () => {
    const worst = tallied("a", changes(500, { severity: "critical" }));
    const [summary] = told([worst, tallied("x", changes(3))]);

    expect(summary?.facts).toContainEqual({ label: "Not listed here", value: "x 3, a 400" });
  });

  it("is a summary also where its record lists few, and none", () => {
    const few = record("a", { changes: changes(2), totals: { new: { high: 5 } } });
    const none = record("b", { totals: { regressed: { critical: 1, low: 9 } } });

    expect(told([few, none]).map(({ kind, owner, severity, title }) => [kind, owner, severity, title])).toEqual([
      ["summary", null, "critical", "6 findings are new or worse in 2 tenants"],
      ["owner-summary", "anna@acme.example", "high", "5 findings are new or worse in 1 tenant"],
      ["owner-summary", "ben@acme.example", "critical", "1 finding is new or worse in 1 tenant"],
    ]);
  });
});

test("no matter is lost that a record has no room for, neither to everybody nor to an owner", () => {
  let full = 0;
  fc.assert(
    fc.property(anyFound, (found) => {
      const one = report(found.map(({ tenant, all }) => tallied(tenant, all)));
      const alerts = atOnceAlerts(one, RULES);

      const count = (told: readonly Alert[], kind: "urgent" | "reminder") =>
        sum(told.filter((alert) => alert.title.includes("still open") === (kind === "reminder")).map(matters));
      const everybody = alerts.filter(({ kind }) => kind !== "owner-summary");
      expect(count(everybody, "urgent")).toBe(changesIn(found, isUrgent));
      expect(count(everybody, "reminder")).toBe(changesIn(found, isReminder));
      for (const [tenant, owner] of RULES.owners) {
        const theirs = found.filter((each) => each.tenant === tenant);
        const heard = alerts.filter((alert) => alert.owner === owner);
        expect(count(heard, "urgent")).toBe(changesIn(theirs, isUrgent));
        expect(count(heard, "reminder")).toBe(changesIn(theirs, isReminder));
      }
      full += one.records.filter(
        ({ changes: list, tenant }) => list.length < changesIn(found, () => true, tenant),
      ).length;
    }),
  );
  console.info(`at once: ${full} records that hold less than was found, no matter lost`);
  expect(full).toBeGreaterThan(20);
});

const changesIn = (found: readonly Found[], wanted: (one: Found["all"][number]) => boolean, tenant?: string): number =>
  sum(
    found.filter((each) => tenant === undefined || each.tenant === tenant).map(({ all }) => all.filter(wanted).length),
  );

function shuffled({ run, records, missing }: RunReport, order: fc.Stream<number>): RunReport {
  const shuffle = <T>(list: readonly T[]): T[] =>
    list
      .map((item) => [order.next().value as number, item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  return {
    run,
    records: shuffle(records).map((one) => ({ ...one, changes: shuffle(one.changes) })),
    missing: shuffle(missing),
  };
}

it("sends people to the ledger that the alert is about", () => {
  const [summary] = told([record("a", { changes: changes(21) })]);
  const [reminder] = told([record("a", { changes: [change({ kind: "still-open", openForDays: 3 })] })]);

  expect(summary?.steps).toContain("All that is open: npx curfew findings --table Curfew-Table --status open");
  expect(reminder?.steps).toContain(
    "All that is open: npx curfew findings --table Curfew-Table --tenant a --status open",
  );
});
