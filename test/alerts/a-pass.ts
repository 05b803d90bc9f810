import type { Alert } from "../../lib/alerts/alert.ts";
import { announce } from "../../lib/alerts/announce.ts";
import { deliverNews } from "../../lib/alerts/deliver-news.ts";
import type { News } from "../../lib/alerts/news.ts";
import type { Publisher } from "../../lib/alerts/ports.ts";
import type { RunReport } from "../../lib/alerts/run-report.ts";
import type { RunRecord, RunRef } from "../../lib/findings/ledger/run-record.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import type { Clock } from "../../lib/model/clock.ts";
import type { Table } from "../../lib/store/table.ts";
import { change, changes, plant, RULES, RUN, record, report } from "../support/run-records.ts";

/** A clock that a test sets. */
export function clockAt(start: string): Clock & { set(at: string): void } {
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
export function collect(): Publisher & { alerts: Alert[] } {
  const alerts: Alert[] = [];
  return { alerts, publish: async (alert) => void alerts.push(alert) };
}

export const tenantsOf = ({ records, missing }: RunReport): string[] => [
  ...records.map(({ tenant }) => tenant),
  ...missing,
];

export const DIES = new Error("the process died");

/**
 * Lets a process die at one of its calls: before the call has an effect, or after. From then on it does nothing at all.
 */
export function mortal(table: Table, publisher: Publisher, diesAt: number, when: "before" | "after") {
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
export const MIXED = report(
  [
    record("a", { changes: [change(), change({ kind: "still-open", openForDays: 3, finding: "f_2" })] }),
    record("b", { changes: [change({ kind: "regressed", severity: "critical", regressions: 1 })] }),
    record("c", { status: "failed", reason: "throttled" }),
    record("d", { changes: [change({ severity: "low" })], open: { low: 1 } }),
  ],
  ["e"],
);
export const CROWDED = report([record("a", { changes: changes(15) }), record("b", { changes: changes(15) })]);

export const QUIET = report([record("a")]);

/** So many matters beside what audits found: every other one is for the owner of its tenant alone. */
export const news = (count: number): News => ({
  alerts: Array.from({ length: count }, (_, index) => matter(index)),
  readAt: Date.parse(RUN.startedAt),
  digest: () => ({ headline: [], severity: "info", facts: [], steps: [], items: [] }),
});

/** What a pass that does not die tells of it. */
export async function told({ alerts }: News): Promise<Alert[]> {
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

/** A run that began on the hour of a day of November. */
export const runAt = (hour: string, day = "25"): RunRef => ({
  id: `r${day}-${hour}`,
  startedAt: `2026-11-${day}T${hour}:00:00.000Z`,
});

/** Lets a run end ten minutes after it began, and tells of it. */
export async function pass(
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
