import stringWidth from "string-width";
import { expect, test } from "vitest";
import { renderChanges } from "../../lib/reports/changes.ts";
import { change, changes, record } from "../support/run-records.ts";

const previous = record("a");
const of = (name: string, count = 1) =>
  record("a", {
    totals: { new: { high: count } },
    changes: changes(count, { resource: { type: "client", id: "c", name } }),
  });

test("a change is said in one line where there is room", () => {
  expect(renderChanges([{ record: of("Shop"), previous }], 100)).toBe(
    `a: 1 new (1 high) since 2026-11-25 06:00 UTC.
  new: high expiry.api.access-token-lifetime on Shop
`,
  );
});

test("what does not fit goes on below, further in, and nothing is lost", () => {
  expect(renderChanges([{ record: of("Shop"), previous }], 34)).toBe(
    `a: 1 new (1 high) since
    2026-11-25 06:00 UTC.
  new: high expiry.api.access-to
    ken-lifetime on Shop
`,
  );
});

test.each([24, 40, 60, 80])("no line is wider than %i columns", (width) => {
  const failed = record("a-tenant-with-a-name-of-forty-characters", { status: "failed" });
  const first = { record: record("b"), previous: undefined };
  const long = record("c", { changes: [change({ aspect: "W".repeat(200) })], totals: { new: { high: 1 } } });

  const text = renderChanges(
    [{ record: of("日本".repeat(40), 30), previous }, { record: failed, previous }, first, { record: long, previous }],
    width,
  );

  expect(text.split("\n").filter((line) => stringWidth(line) > width)).toEqual([]);
});
