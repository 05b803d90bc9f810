import { describe, expect, it } from "vitest";
import {
  describeCase,
  outages,
  runCases,
  type ScenarioName,
  sampledPairs,
  singles,
  type Tally,
} from "./matrix/cases.ts";

/** Those that ask the most; `npm run matrix` runs every fault in all of them. */
const STRUCK: readonly ScenarioName[] = [
  "a secret, and a tool that puts back",
  "a key of two, and a network ACL",
  "a grant that is planted where there were none",
];

/** In these what cannot be stored matters, and what can neither be stored nor told. */
const OUT: readonly ScenarioName[] = ["a secret, and a tool that puts back", "a secret, and nobody hears"];

/** Pairs that are sampled; `npm run matrix` runs all of them. */
const PAIRS = 250;

const seed = Number(process.env.CURFEW_SEED ?? (process.env.CI ? "20261123" : Date.now() % 1_000_000_000));

const shown = ({ failures }: Tally): string[] =>
  failures.slice(0, 5).map(({ case: one, result }) => `${describeCase(one)}: ${result.problems.join("; ")}`);

/** Milliseconds on a busy machine; on an idle one it takes a tenth of that. */
const PATIENCE = 90_000;

describe("containing a leak while something fails", { timeout: PATIENCE }, () => {
  it.each(STRUCK)("any fault at any call loses nothing and ends contained: %s", async (scenario) => {
    const tally = await runCases(singles(scenario));

    const { cases, calls, paged, failures } = tally;
    const size = `${cases} single faults, ${calls} calls, ${paged} paged, ${failures.length} failed`;
    console.info(`containment matrix, ${scenario}: ${size}`);
    expect(shown(tally)).toEqual([]);
    expect(cases).toBeGreaterThan(600);
  });

  it.each(OUT)("what fails for minutes is told, and contained when it is over: %s", async (scenario) => {
    const tally = await runCases(outages(scenario));

    const { cases, calls, paged, failures } = tally;
    const size = `${cases} outages, ${calls} calls, ${paged} paged, ${failures.length} failed`;
    console.info(`containment matrix, ${scenario}: ${size}`);
    expect(shown(tally)).toEqual([]);
    expect(paged).toBeGreaterThan(0);
  });

  it("any two faults lose nothing and end contained", async () => {
    const tally = await runCases(sampledPairs(seed), ({ pairs }) => pairs >= PAIRS);

    const { pairs, calls, paged, failures } = tally;
    const size = `${pairs} pairs, ${calls} calls, ${paged} paged, ${failures.length} failed`;
    console.info(`containment matrix, sampled with CURFEW_SEED=${seed}: ${size}`);
    expect(shown(tally)).toEqual([]);
    expect(pairs).toBe(PAIRS);
  });
});
