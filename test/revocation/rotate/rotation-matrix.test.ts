import { describe, expect, it } from "vitest";
import { prove } from "../../../lib/revocation/rotate/prove.ts";
import { rotateLeaked } from "../../../lib/revocation/rotate/rotate-leaked.ts";
import { CREDENTIAL_KINDS } from "../../../lib/rotation/ledger/target.ts";
import { CURRENT, PREVIOUS } from "../../../lib/rotation/ports.ts";
import { loginOf } from "../../rotation/world/payload.ts";
import { seeded } from "../../support/world/random.ts";
import { FAULTS, type Fault, type PlannedFault } from "../../support/world/wire.ts";
import { type LeakedOptions, type LeakedWorld, leakedWorld } from "./leaked-world.ts";

/** Tries of the rotation, ten minutes apart, as watching tries it again. After three nothing goes wrong any more. */
const TRIES = 8;
const CALM_AFTER = 3;
const PAUSE = 600_000;

const SETTINGS = CREDENTIAL_KINDS.flatMap((kind) =>
  [false, true].map((isUnmanaged) => ({ kind, isUnmanaged, title: `${kind}, ${isUnmanaged ? "un" : ""}managed` })),
);

/** The steps of every rotation are struck by everything elsewhere; of those here, so manieth cases. */
const SHARE = 3;

const seed = Number(process.env.CURFEW_SEED ?? (process.env.CI ? "20261123" : Date.now() % 1_000_000_000));

interface Result {
  problems: readonly string[];
  calls: number;
  struck: number;
}

/** Replaces what leaked and proves it, under faults, until both are done. */
async function runCase(options: LeakedOptions): Promise<Result> {
  const world = await leakedWorld(options);
  const leaked = world.vault.read(CURRENT);
  const falsely: string[] = [];
  for (let tried = 1; tried <= TRIES; tried += 1) {
    await world.step(rotateLeaked).catch(ofTheTable);
    if (world.incident().steps.rotate?.outcome === "done") falsely.push(...missing(world, leaked, "called done, but"));
    await world.step(prove).catch(ofTheTable);
    const { rotate, prove: proof } = world.incident().steps;
    if (rotate?.outcome === "done" && proof?.outcome === "done") break;
    await world.clock.run(world.clock.sleep(PAUSE));
    if (tried >= CALM_AFTER) world.wire.calm();
  }
  const proof = world.incident().steps.prove?.outcome;
  const problems = [...world.guard.violations, ...falsely, ...missing(world, leaked, "at the end not:")];
  if (proof !== "done") problems.push("at the end not: proven");
  return { problems: [...new Set(problems)], calls: world.wire.calls.length, struck: world.wire.struck.length };
}

/** What cannot be recorded is thrown, and tried again; a defect is not. */
function ofTheTable(error: unknown): void {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "store-failed") throw error;
}

/** What a credential that is replaced must have come to. */
function missing(world: LeakedWorld, leaked: string | undefined, words: string): string[] {
  const { vault, client, kind } = world;
  const stored = vault.read(CURRENT);
  const accepts = (payload: string | undefined) => payload !== undefined && client.mayAccept(loginOf(kind, payload));
  const expectations: Record<string, boolean> = {
    done: world.incident().steps.rotate?.outcome === "done",
    "the new one is stored and accepted": stored !== leaked && accepts(stored),
    "the old one is refused": !accepts(leaked),
    "nothing is called previous": vault.labelled(PREVIOUS) === undefined,
    "nothing else is registered": kind === "client-secret" || client.registered.length === 1,
  };
  return Object.entries(expectations).flatMap(([what, holds]) => (holds ? [] : [`${words} ${what}`]));
}

interface Tally {
  cases: number;
  calls: number;
  failures: string[];
}

async function runCases(cases: Iterable<LeakedOptions>): Promise<Tally> {
  const tally: Tally = { cases: 0, calls: 0, failures: [] };
  for (const one of cases) {
    const { problems, calls } = await runCase(one);
    tally.cases += 1;
    tally.calls += calls;
    if (problems.length > 0) tally.failures.push(`${JSON.stringify(one)}: ${problems.join("; ")}`);
    if (tally.cases % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return tally;
}

const settingOf = ({ kind, isUnmanaged }: (typeof SETTINGS)[number]): LeakedOptions => ({
  kind,
  isUnmanaged,
  propagation: kind === "client-secret" ? "flapping" : "at once",
});

describe("replacing what leaked, struck", { timeout: 90_000 }, () => {
  it.each(SETTINGS)("by any fault at any call ends replaced and proven, and loses nothing: $title", async (setting) => {
    const options = settingOf(setting);
    const { calls } = await runCase(options);
    const singles = Array.from({ length: calls }, (_, skip) =>
      FAULTS.map((fault): LeakedOptions => ({ ...options, faults: [{ skip, fault }] })),
    ).flat();

    const share = setting.isUnmanaged ? 1 : SHARE;
    const tally = await runCases(singles.filter((_, index) => index % share === seed % share));

    const size = `${tally.cases} single faults, ${tally.calls} calls, ${tally.failures.length} failed`;
    console.info(`rotation of what leaked, ${setting.title}: ${size}`);
    expect(tally.failures.slice(0, 5)).toEqual([]);
    expect(tally.cases).toBeGreaterThan(300);
  });

  it("by any two faults ends replaced and proven, and loses nothing", async () => {
    const random = seeded(seed);
    const below = (count: number): number => Math.floor(random() * count);
    const lengths = await Promise.all(SETTINGS.map(async (setting) => (await runCase(settingOf(setting))).calls));
    const pairs = Array.from({ length: 200 }, (_, index): LeakedOptions => {
      const which = index % SETTINGS.length;
      const planned = (): PlannedFault => ({
        skip: below(lengths[which] ?? 1),
        fault: FAULTS[below(FAULTS.length)] as Fault,
      });
      const setting = settingOf(SETTINGS[which] as (typeof SETTINGS)[number]);
      return { ...setting, seed: below(1_000), faults: [planned(), planned()] };
    });

    const tally = await runCases(pairs);

    const size = `${tally.cases} pairs, ${tally.calls} calls, ${tally.failures.length} failed`;
    console.info(`rotation of what leaked, sampled with CURFEW_SEED=${seed}: ${size}`);
    expect(tally.failures.slice(0, 5)).toEqual([]);
  });
});
