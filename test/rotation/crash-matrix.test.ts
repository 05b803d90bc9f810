import { describe, expect, it } from "vitest";
import { outages, partOf, sampledPairs, singles } from "../matrix/cases.ts";
import { SEED } from "../matrix/seed.ts";
import { ROTATION } from "../matrix/struck/rotation.ts";
import { lineOf, runCases } from "../matrix/tally.ts";

/** Pairs that are sampled; `npm run matrix` runs all of them. */
const PAIRS = 500;

/**
 * Where both credentials are accepted for a while nothing is asked of rotation that the other ways do not ask. Both keys
 * are attached as long as a change spreads, so that one way asks as much as another, call by call: of the others there is
 * a sample, and of a key that was left over. `npm run matrix` runs every way.
 */
const CHOSEN = ROTATION.scenarios.filter((name) => !name.includes("both"));
const isSampled = (name: string): boolean => /^private-key, (?!at once$)/.test(name);
const STRUCK = CHOSEN.filter((name) => !isSampled(name));
const SAMPLED = CHOSEN.filter(isSampled);
/** One single fault in so many. */
const ONE_IN = 3;

/** What fails for days outlasts every way to spread; the two that differ most stand for all. */
const OUT = ROTATION.scenarios.filter((name) =>
  name.startsWith("private-key") ? name.includes("at once") : /at once|flapping/.test(name),
);

/** Milliseconds on a busy machine; on an idle one it takes a tenth of that. */
const PATIENCE = 90_000;

describe("a rotation that is struck", { timeout: PATIENCE }, () => {
  it.each(STRUCK)("by any fault at any call loses nothing and ends proven: %s", async (scenario) => {
    const tally = await runCases(ROTATION, singles(ROTATION, scenario));

    console.info(lineOf(ROTATION, `${scenario}, single faults`, tally));
    expect(tally.failures.slice(0, 5)).toEqual([]);
    expect(tally.cases).toBeGreaterThan(700);
  });

  it.each(SAMPLED)("by a fault here and there loses nothing and ends proven: %s", async (scenario) => {
    const tally = await runCases(ROTATION, partOf(singles(ROTATION, scenario), SEED % ONE_IN, ONE_IN));

    const what = `${scenario}, one single fault in ${ONE_IN} with CURFEW_SEED=${SEED}`;
    console.info(lineOf(ROTATION, what, tally));
    expect(tally.failures.slice(0, 5)).toEqual([]);
    expect(tally.cases).toBeGreaterThan(450);
  });

  it.each(OUT)("by a service that fails for days is held at the worst: %s", async (scenario) => {
    const tally = await runCases(ROTATION, outages(ROTATION, scenario));

    console.info(lineOf(ROTATION, `${scenario}, outages`, tally));
    expect(tally.failures.slice(0, 5)).toEqual([]);
    expect(tally.noted).toBeGreaterThan(0);
  });

  it("by any two faults loses nothing and ends proven", async () => {
    const tally = await runCases(ROTATION, sampledPairs(ROTATION, SEED), ({ pairs }) => pairs >= PAIRS);

    console.info(lineOf(ROTATION, `sampled with CURFEW_SEED=${SEED}`, tally));
    expect(tally.failures.slice(0, 5)).toEqual([]);
    expect(tally.pairs).toBe(PAIRS);
  });
});
