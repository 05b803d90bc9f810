import { describe, expect, it } from "vitest";
import { sampledPairs, singles } from "../matrix/cases.ts";
import { SEED } from "../matrix/seed.ts";
import { ANSWERS } from "../matrix/struck/answers.ts";
import { SECOND_LEAK } from "../matrix/struck/second-leak.ts";
import { lineOf, runCases } from "../matrix/tally.ts";

/** Pairs that are sampled; `npm run matrix` runs all of them. */
const PAIRS = 150;

const DRILLS = ANSWERS.scenarios.filter((name) => name.startsWith("a drill"));

describe("doing what was approved while something fails", { timeout: 90_000 }, () => {
  it.each(ANSWERS.scenarios)("any fault at any call ends as approved, and never beyond: %s", async (scenario) => {
    const tally = await runCases(ANSWERS, singles(ANSWERS, scenario));

    console.info(lineOf(ANSWERS, `${scenario}, single faults`, tally));
    expect(tally.failures.slice(0, 5)).toEqual([]);
    expect(tally.cases).toBeGreaterThan(100);
  });

  it("any two faults end as approved", async () => {
    const tally = await runCases(ANSWERS, sampledPairs(ANSWERS, SEED), ({ pairs }) => pairs >= PAIRS);

    console.info(lineOf(ANSWERS, `sampled with CURFEW_SEED=${SEED}`, tally));
    expect(tally.failures.slice(0, 5)).toEqual([]);
    expect(tally.pairs).toBe(PAIRS);
  });

  it.each(DRILLS)("nothing is changed: %s", async (scenario) => {
    const { calls } = await ANSWERS.run({ matrix: ANSWERS.name, scenario, faults: [] });

    const writes = /createGrant|deleteGrant|addOrganization|setGrantTypes|deleteNetworkAcl|SigningKey$/;
    expect(calls.filter((call) => writes.test(call))).toEqual([]);
  });
});

describe("what replaced the leak leaks as well, after access was given back", { timeout: 90_000 }, () => {
  it.each(SECOND_LEAK.scenarios)("any fault at any call loses nothing and ends locked: %s", async (scenario) => {
    const tally = await runCases(SECOND_LEAK, singles(SECOND_LEAK, scenario));

    console.info(lineOf(SECOND_LEAK, `${scenario}, single faults`, tally));
    expect(tally.failures.slice(0, 5)).toEqual([]);
    expect(tally.cases).toBeGreaterThan(100);
  });
});
