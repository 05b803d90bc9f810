import { describe, expect, it } from "vitest";
import { describeCase, runCases, SETTINGS, sampledPairs, singles, type Tally } from "./matrix/cases.ts";
import { prepareKeys } from "./world/keys.ts";

const KEYS = prepareKeys(9);

/** Pairs that are sampled; `npm run matrix` runs all of them. */
const PAIRS = 4_000;

const seed = Number(process.env.CURFEW_SEED ?? (process.env.CI ? "20261123" : Date.now() % 1_000_000_000));

const shown = ({ failures }: Tally): string[] =>
  failures.slice(0, 5).map(({ case: one, result }) => `${describeCase(one)}: ${result.problems.join("; ")}`);

describe("a rotation that is struck", () => {
  it.each(SETTINGS)("by any fault at any call loses nothing and ends proven: $kind, $propagation", async (setting) => {
    const tally = await runCases(singles(setting, KEYS), KEYS);

    console.info(
      `crash matrix, ${setting.kind}, ${setting.propagation}: ${tally.cases} single faults, ${tally.held} held and resumed, ${tally.failures.length} failed`,
    );
    expect(shown(tally)).toEqual([]);
    expect(tally.cases).toBeGreaterThan(200);
  });

  it("by any two faults loses nothing and ends proven", async () => {
    const tally = await runCases(sampledPairs(seed, KEYS), KEYS, ({ cases }) => cases >= PAIRS);

    console.info(
      `crash matrix: ${tally.cases} pairs sampled with CURFEW_SEED=${seed}, ${tally.held} held and resumed, ${tally.failures.length} failed`,
    );
    expect(shown(tally)).toEqual([]);
    expect(tally.cases).toBe(PAIRS);
  });
});
