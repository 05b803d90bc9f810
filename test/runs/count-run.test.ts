import { expect, test } from "vitest";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { countRun } from "../../lib/runs/count-run.ts";
import { plant, RUN, record, report } from "../support/run-records.ts";

test("a tenant counts as audited once its record says so, completely or not", async () => {
  using table = openSqliteTable(":memory:");
  const failed = { status: "failed", reason: "unreachable" } as const;
  await plant(
    report([
      record("whole"),
      record("half", { status: "incomplete" }),
      record("failed", failed),
      record("died", { state: "recording" }),
    ]),
    table,
  );
  await plant(report([record("yesterday")], [], { id: "run-0", startedAt: "2026-11-24T06:00:00.000Z" }), table);

  const counts = await countRun(table, RUN, ["whole", "half", "failed", "died", "yesterday", "unknown"]);

  expect(counts).toEqual({ audited: 2, incomplete: 1, notAudited: 4 });
});
