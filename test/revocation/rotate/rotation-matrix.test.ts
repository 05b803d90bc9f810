import { describe, expect, it } from "vitest";
import { partOf, sampledPairs, singles } from "../../matrix/cases.ts";
import { SEED } from "../../matrix/seed.ts";
import { REPLACEMENT } from "../../matrix/struck/replacement.ts";
import { lineOf, runCases } from "../../matrix/tally.ts";

/** The steps of every rotation are struck by everything elsewhere; of those here, so manieth cases. */
const SHARE = 3;

/** Pairs that are sampled; `npm run matrix` runs all of them. */
const PAIRS = 150;

describe("replacing what leaked, struck", { timeout: 90_000 }, () => {
  it.each(REPLACEMENT.scenarios)(
    "by any fault at any call ends replaced and proven, and loses nothing: %s",
    async (scenario) => {
      const all = singles(REPLACEMENT, scenario);
      const struck = scenario.endsWith("unmanaged") ? all : partOf(all, SEED % SHARE, SHARE);

      const tally = await runCases(REPLACEMENT, struck);

      console.info(lineOf(REPLACEMENT, `${scenario}, single faults`, tally));
      expect(tally.failures.slice(0, 5)).toEqual([]);
      expect(tally.cases).toBeGreaterThan(300);
    },
  );

  it("by any two faults ends replaced and proven, and loses nothing", async () => {
    const tally = await runCases(REPLACEMENT, sampledPairs(REPLACEMENT, SEED), ({ pairs }) => pairs >= PAIRS);

    console.info(lineOf(REPLACEMENT, `sampled with CURFEW_SEED=${SEED}`, tally));
    expect(tally.failures.slice(0, 5)).toEqual([]);
    expect(tally.pairs).toBe(PAIRS);
  });
});
