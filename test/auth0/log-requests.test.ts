import fc from "fast-check";
import { expect, it } from "vitest";
import { newestLogId } from "../../lib/auth0/log-requests.ts";
import type { ManagementApi } from "../../lib/auth0/management-api.ts";

/** Milliseconds since the epoch. */
const LOCKED = Date.UTC(2026, 10, 23, 3);

/** Events around the lock, with when they came in: in that order they have their ids. */
const events = fc
  .array(fc.record({ happened: fc.integer({ min: -9_000, max: 9_000 }), late: fc.integer({ min: 0, max: 5_400 }) }), {
    ...{ maxLength: 300, size: "max" },
  })
  .map((drawn) =>
    drawn
      .toSorted((a, b) => a.happened + a.late - (b.happened + b.late))
      .map(({ happened }, index) => ({ at: LOCKED + happened, id: `900${String(index).padStart(4, "0")}` })),
  );

it("begins before every event since the lock, in whatever order they came in, and no further back than it must", async () => {
  let inverted = 0;
  await fc.assert(
    fc.asyncProperty(events, async (log) => {
      const shown = log
        .toSorted((a, b) => b.at - a.at)
        .map(({ at, id }) => ({ log_id: id, date: new Date(at).toISOString() }));
      const send = async ({ query }: { query: { page: number; per_page: number } }) =>
        shown.slice(query.page * query.per_page, (query.page + 1) * query.per_page);
      const from = await newestLogId({ send } as unknown as ManagementApi, LOCKED, new AbortController().signal);

      const since = log.filter(({ at }) => at >= LOCKED).map(({ id }) => id);
      const before = log.filter(({ at, id }) => at < LOCKED && since.every((one) => id < one));
      expect(from).toBe(before.toSorted((a, b) => b.at - a.at)[0]?.id);
      if (shown.find(({ date }) => Date.parse(date) < LOCKED)?.log_id !== from) inverted += 1;
    }),
    { numRuns: 50 },
  );
  console.info(`where watching begins: 50 logs, ${inverted} of them not at the newest event from before`);
  expect(inverted).toBeGreaterThan(0);
});
