import { describe, expect, it } from "vitest";
import {
  describeCase,
  outages,
  runCases,
  SETTINGS,
  sampledPairs,
  singles,
  type Tally,
  titleOf,
} from "./matrix/cases.ts";
import { prepareKeys } from "./world/keys.ts";

const KEYS = prepareKeys(9);

/** Pairs that are sampled; `npm run matrix` runs all of them. */
const PAIRS = 500;

const seed = Number(process.env.CURFEW_SEED ?? (process.env.CI ? "20261123" : Date.now() % 1_000_000_000));

const shown = ({ failures }: Tally): string[] =>
  failures.slice(0, 5).map(({ case: one, result }) => `${describeCase(one)}: ${result.problems.join("; ")}`);

/**
 * Where both credentials are accepted for a while nothing is asked of rotation that the other ways do not ask, and keys
 * take effect at once, so that one way stands for all of them. `npm run matrix` runs every way.
 */
const TITLED = SETTINGS.filter(({ kind, propagation }) =>
  kind === "private-key" ? propagation === "at once" : propagation !== "both",
).map((setting) => [titleOf(setting), setting] as const);

/** What fails for days outlasts every way to spread; the two that differ most stand for all. */
const OUTAGES = TITLED.filter(([, { propagation }]) => propagation === "at once" || propagation === "flapping");

/** Milliseconds on a busy machine; on an idle one it takes a tenth of that. */
const PATIENCE = 90_000;

describe("a rotation that is struck", { timeout: PATIENCE }, () => {
  it.each(TITLED)("by any fault at any call loses nothing and ends proven: %s", async (title, setting) => {
    const tally = await runCases(singles(setting, KEYS), KEYS);

    const { cases, calls, held, failures } = tally;
    const size = `${cases} single faults, ${calls} calls, ${held} held and resumed, ${failures.length} failed`;
    console.info(`crash matrix, ${title}: ${size}`);
    expect(shown(tally)).toEqual([]);
    expect(tally.cases).toBeGreaterThan(700);
  });

  it.each(OUTAGES)("by a service that fails for days is held at the worst: %s", async (title, setting) => {
    const tally = await runCases(outages(setting, KEYS), KEYS);

    const { cases, calls, held, failures } = tally;
    const size = `${cases} outages, ${calls} calls, ${held} held and resumed, ${failures.length} failed`;
    console.info(`crash matrix, ${title}: ${size}`);
    expect(shown(tally)).toEqual([]);
    expect(held).toBeGreaterThan(0);
  });

  it("by any two faults loses nothing and ends proven", async () => {
    const tally = await runCases(sampledPairs(seed, KEYS), KEYS, ({ pairs }) => pairs >= PAIRS);

    const { pairs, calls, held, failures } = tally;
    const size = `${pairs} pairs, ${calls} calls, ${held} held and resumed, ${failures.length} failed`;
    console.info(`crash matrix, sampled with CURFEW_SEED=${seed}: ${size}`);
    expect(shown(tally)).toEqual([]);
    expect(pairs).toBe(PAIRS);
  });
});
