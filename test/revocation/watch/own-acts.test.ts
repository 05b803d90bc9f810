import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../../lib/revocation/ports.ts";
import { type NotedAct, noteOwnAct, ownActOf, readOwnActs } from "../../../lib/revocation/watch/own-acts.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { logEvent, MINUTE, SECOND, THREE_AM } from "../support.ts";

const SKEW = 20 * SECOND;

const act = (key: string, from: number, until: number, most: number): NotedAct => ({
  key,
  from,
  until,
  most,
  leaves: ["token-refused"],
});

/** What remains when events are subtracted in the order of the log. */
function told(events: readonly LogEvent[], acts: readonly NotedAct[]): LogEvent[] {
  const taken: Record<string, number> = {};
  return events.filter((event) => {
    const own = ownActOf(event, acts, taken);
    if (own) taken[own.key] = (taken[own.key] ?? 0) + 1;
    return !own;
  });
}

const refused = (at: number, userAgent: string | undefined = "curfew/1"): LogEvent =>
  logEvent(at, { type: "feccft", request: undefined, userAgent });

/** Acts that may lie over each other, and what Curfew leaves of each: up to as many events as it noted, at any time in it. */
const curfew = fc
  .array(
    fc.record({
      from: fc.integer({ min: 0, max: 600 }),
      length: fc.integer({ min: 0, max: 60 }),
      most: fc.integer({ min: 1, max: 4 }),
      skew: fc.integer({ min: -20, max: 20 }),
      left: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
    }),
    { maxLength: 8 },
  )
  .map((drawn) => {
    const acts = drawn.map(({ from, length, most }, index) =>
      act(`a${index}`, THREE_AM + from * SECOND, THREE_AM + (from + length) * SECOND, most),
    );
    const times = drawn.flatMap(({ from, length, most, skew, left }) =>
      left.slice(0, most).map((share) => THREE_AM + (from + share * length + skew) * SECOND),
    );
    return { acts, times };
  });

describe("Curfew's own events", () => {
  it("are all subtracted, whatever lies over each other and however clocks differ", () => {
    fc.assert(
      fc.property(curfew, ({ acts, times }) => {
        expect(
          told(
            times.toSorted((a, b) => a - b).map((at) => refused(at)),
            acts,
          ),
        ).toEqual([]);
      }),
    );
  });

  it("hide no more than was noted, nothing from outside of it, and nothing of another kind or a known other program", () => {
    const thief = fc.record({
      at: fc.integer({ min: -120, max: 900 }),
      isRefused: fc.boolean(),
      userAgent: fc.constantFrom(
        "curfew/1",
        "Other 0.0.0 / Other 0.0.0",
        "curl/8.5",
        "python-requests/2.32",
        undefined,
      ),
    });
    fc.assert(
      fc.property(curfew, fc.array(thief, { maxLength: 20 }), ({ acts, times }, attempts) => {
        const theirs = attempts.map(({ at, isRefused, userAgent }) => ({
          ...refused(THREE_AM + at * SECOND, userAgent),
          type: isRefused ? "feccft" : "seccft",
        }));
        const all = [...times.map((at) => refused(at)), ...theirs].sort((a, b) => a.at - b.at);
        const rest = told(all, acts);
        const hidden = all.filter((event) => !rest.includes(event));

        expect(hidden.length).toBeLessThanOrEqual(acts.reduce((sum, { most }) => sum + most, 0));
        for (const event of theirs) {
          const isFar = acts.every(({ from, until }) => event.at < from - SKEW || event.at > until + SKEW);
          const isOther =
            event.type === "seccft" || ["curl/8.5", "python-requests/2.32"].includes(event.userAgent ?? "");
          if (isFar || isOther) expect(rest).toContain(event);
        }
      }),
    );
  });

  it("are never a token that was given out during a proof", () => {
    const proof = act("a", THREE_AM, THREE_AM + MINUTE, 5);

    expect(told([logEvent(THREE_AM, { type: "seccft", userAgent: "curfew/1" })], [proof])).toHaveLength(1);
  });

  it("are noted once, however often", async () => {
    const table = memoryTable();
    const noted = { from: THREE_AM, until: THREE_AM + MINUTE, most: 2, leaves: ["token-refused"] as const };
    await noteOwnAct(table, "i", noted);
    await noteOwnAct(table, "i", noted);

    expect(await readOwnActs(table, { id: "i", tenant: "acme", clientId: "job" }, THREE_AM)).toEqual([
      expect.objectContaining(noted),
    ]);
  });
});
