import { describe, expect, it } from "vitest";
import { announce } from "../../lib/alerts/announce.ts";
import { atOnceAlerts } from "../../lib/alerts/at-once.ts";
import { deliverAlerts } from "../../lib/alerts/deliver.ts";
import type { Publisher } from "../../lib/alerts/ports.ts";
import { runKey } from "../../lib/findings/ledger/run-record.ts";
import { runOf } from "../../lib/findings/ledger/runs.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { isPending, plant, RULES, RUN } from "../support/run-records.ts";
import { virtualClock } from "../support/virtual-clock.ts";
import { clockAt, collect, DIES, MIXED, tenantsOf } from "./a-pass.ts";

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
