import fc from "fast-check";
import { expect, test } from "vitest";
import { type LifetimeDay, type LifetimeRecord, recordLifetimes, withDay } from "../../lib/history/lifetimes.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { aResourceServer } from "../support/inventory.ts";
import { remembered } from "../support/remembered-tenant.ts";

const EMPTY: LifetimeRecord = { audience: "api", days: [] };
const FIRST = Date.UTC(2026, 0, 1);
const dayOf = (index: number): string => new Date(FIRST + index * 86_400_000).toISOString().slice(0, 10);
const on = (index: number, lifetime: number, forWeb: number | null = null): LifetimeDay => ({
  day: dayOf(index),
  lifetime,
  forWeb,
});
const recorded = (...days: LifetimeDay[]): readonly LifetimeDay[] => days.reduce(withDay, EMPTY).days;

/** What the record says of a day: the last entry that is not after it. */
const at = (days: readonly LifetimeDay[], index: number): number | undefined =>
  days.findLast(({ day }) => day <= dayOf(index))?.lifetime;

test("only changes and the last day are kept", () => {
  expect(recorded(on(0, 60), on(1, 60), on(2, 60), on(3, 90), on(4, 90), on(5, 60))).toEqual([
    on(0, 60),
    on(3, 90),
    on(5, 60),
  ]);
  expect(recorded(on(0, 60), on(1, 60), on(2, 60))).toEqual([on(0, 60), on(2, 60)]);
  expect(recorded(on(0, 60, 10), on(1, 60, 20))).toHaveLength(2);
});

test("of several values on one day the longest is kept, in whatever order they come", () => {
  const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 9 }), (drawn, before) => {
      expect(recorded(on(0, before), ...drawn.map((value) => on(1, value)))).toEqual(
        recorded(on(0, before), on(1, Math.max(...drawn))),
      );
    }),
  );
});

test("what is recorded in order is told for every day since, and a late run makes nothing shorter", () => {
  const days = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(days, fc.nat({ max: 59 }), fc.integer({ min: 1, max: 3 }), (lifetimes, late, value) => {
      const entries = lifetimes.map((lifetime, index) => on(index, lifetime));
      const record = recorded(...entries);
      const index = late % lifetimes.length;
      const after = withDay({ audience: "api", days: record }, on(index, value)).days;

      expect(lifetimes.map((_, day) => at(record, day))).toEqual(lifetimes);
      expect(at(after, index)).toBe(Math.max(value, lifetimes[index] ?? 0));
      for (const day of lifetimes.keys()) expect(at(after, day)).toBeGreaterThanOrEqual(lifetimes[day] ?? 0);
    }),
  );
});

test("after 400 days a value is forgotten, unless it still held then", () => {
  expect(recorded(on(0, 60), on(10, 90), on(405, 90))).toEqual([on(0, 60), on(10, 90), on(405, 90)]);
  expect(recorded(on(0, 60), on(10, 90), on(410, 90))).toEqual([on(10, 90), on(410, 90)]);
});

test("where nobody looked for more than four days is remembered, as long as the days around it", () => {
  const record = (...days: LifetimeDay[]) => days.reduce(withDay, EMPTY);
  const gap = { after: dayOf(4), before: dayOf(9) };

  expect(record(on(0, 60), on(4, 60), on(8, 60)).gaps).toBeUndefined();
  expect(record(on(0, 60), on(4, 60), on(9, 60), on(10, 60)).gaps).toEqual([gap]);
  expect(record(on(0, 60), on(4, 60), on(9, 60), on(9, 60), on(6, 90)).gaps).toEqual([gap]);
  expect(record(on(0, 60), on(4, 60), on(9, 90), ...[3, 6, 9].map((index) => on(index, 90))).gaps).toEqual([gap]);
  const later = Array.from({ length: 101 }, (_, index) => on(13 + 4 * index, index % 2));
  expect(record(on(0, 60), on(4, 60), on(9, 90), ...later).gaps).toBeUndefined();
});

test("every API that can be read gets a row; an absent lifetime is Auth0's default", async () => {
  using table = openSqliteTable(":memory:");
  const servers = [
    aResourceServer({ token_lifetime: 300, token_lifetime_for_web: 60 }),
    aResourceServer({ identifier: "https://default.example", token_lifetime: null }),
    aResourceServer({ identifier: "https://odd.example", token_lifetime: "long" }),
    aResourceServer({ identifier: null }),
  ];
  const looked = { from: FIRST - 1, to: FIRST };
  await recordLifetimes(table, "acme", servers, looked.to, looked.from);

  expect(await remembered(table)).toEqual({
    "LIFETIME#https://orders.acme.example": {
      audience: "https://orders.acme.example",
      days: [{ day: "2026-01-01", lifetime: 300, forWeb: 60, looked }],
    },
    "LIFETIME#https://default.example": {
      audience: "https://default.example",
      days: [{ day: "2026-01-01", lifetime: 86_400, forWeb: null, looked }],
    },
  });
});
