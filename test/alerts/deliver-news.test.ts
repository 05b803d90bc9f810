import { describe, expect, it } from "vitest";
import { announce } from "../../lib/alerts/announce.ts";
import { deliverNews } from "../../lib/alerts/deliver-news.ts";
import type { Publisher } from "../../lib/alerts/ports.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { plant, RULES, RUN } from "../support/run-records.ts";
import { clockAt, collect, DIES, news, QUIET, told } from "./a-pass.ts";

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
