import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MOST_TURNS, watchInterval } from "../../../lib/revocation/watch/interval.ts";
import type { ExposureWindow } from "../../../lib/revocation/window/window.ts";
import { DAY, HOUR, MINUTE, THREE_AM } from "../support.ts";

const closing = (at: number): ExposureWindow => ({ state: "closes", at, apis: [], others: 0, tokenUntil: null });
const open: ExposureWindow = {
  state: "open",
  because: ["x"],
  knownUntil: THREE_AM,
  apis: [],
  others: 0,
  tokenUntil: null,
};

describe("the time between two looks at the log", () => {
  it.each([
    [HOUR, 60],
    [30 * HOUR, 60],
    [10 * DAY, 480],
    [30 * DAY, 1_440],
  ])("in a window of %d ms is %d s", (length, seconds) => {
    expect(watchInterval(closing(THREE_AM + length), 0, THREE_AM)).toBe(seconds);
  });

  it("is so that the turns last until the window closes, however often the window moves", () => {
    const drawn = fc.array(
      fc.record({
        turn: fc.integer({ min: 0, max: 1_500 }),
        days: fc.double({ min: 0, max: 30, noNaN: true }),
        isOpen: fc.boolean(),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(drawn, fc.integer({ min: 0, max: 20_000 }), (moves, workMs) => {
        let now = THREE_AM;
        let window: ExposureWindow = open;
        let turns = 0;
        while (turns < MOST_TURNS && !(window.state === "closes" && now >= window.at)) {
          const move = moves.find(({ turn }) => turn === turns);
          if (move) window = move.isOpen ? open : closing(now + move.days * DAY);
          const seconds = watchInterval(window, turns, now);
          expect(seconds).toBeGreaterThanOrEqual(60);
          expect(seconds).toBeLessThanOrEqual(6 * 3_600);
          now += seconds * 1_000 + workMs;
          turns += 1;
        }
        // A window that stays open may outlast them, but for so long that a person has long acted.
        if (window.state === "closes") expect(now).toBeGreaterThanOrEqual(window.at);
        else expect(now - THREE_AM).toBeGreaterThan(60 * DAY);
      }),
      { numRuns: 30 },
    );
  });

  it("is hardly longer where three hours each follow for a week, and the turns last until then as well", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 40, noNaN: true }),
        fc.integer({ min: 0, max: 20_000 }),
        (days, workMs) => {
          const window = closing(THREE_AM + days * DAY);
          const end = window.state === "closes" ? window.at + 8 * DAY : 0;
          let [now, turns] = [THREE_AM, 0];
          for (; turns < MOST_TURNS && now < end; turns += 1)
            now += watchInterval(window, turns, now, end) * 1_000 + workMs;

          expect(now).toBeGreaterThanOrEqual(end);
          expect(watchInterval(window, 0, THREE_AM, end) / watchInterval(window, 0, THREE_AM)).toBeLessThan(1.05);
          expect(watchInterval(window, 1_500, end - 7 * DAY, end)).toBe(3 * 3_600);
          expect(watchInterval(window, 1_500, end - HOUR, end)).toBe(3_600);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("is a minute while somebody waits for it to close, and never beyond what the smallest plan keeps", () => {
    expect(watchInterval(null, 0, THREE_AM)).toBe(60);
    expect(watchInterval(open, 59, THREE_AM)).toBe(60);
    expect(watchInterval(open, 1_799, THREE_AM)).toBe(6 * 3_600);
    expect(watchInterval(closing(THREE_AM - MINUTE), 5, THREE_AM)).toBe(60);
  });
});
