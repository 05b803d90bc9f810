import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { NO_CASE, printedCase } from "../../support/printed-case.ts";
import { seeded } from "../../support/world/random.ts";
import { type PreparedKey, prepareKeys } from "../world/keys.ts";
import {
  type Case,
  describeCase,
  pairsAfter,
  runCases,
  SETTINGS,
  type Setting,
  singles,
  type Tally,
  titleOf,
} from "./cases.ts";

const USAGE = `Usage: npm run matrix:rotation -- [--every N] [--minutes N] [--case JSON]

Strikes rotations by every pair of faults: any fault at any call, and any other at any call after it.

  --every N    takes one in N first faults only, with all second ones
  --minutes N  takes as many first faults as there is time for
  --case JSON  runs one case, as a failing test prints it, and tells its calls

First faults are taken in an order that CURFEW_SEED chooses, so that each part is of all of them.
`;

function refuse(): void {
  console.error(`${NO_CASE}\n\n${USAGE}`);
  process.exitCode = 3;
}

/** What a worker is given: its share of the first faults. */
interface Share {
  keys: readonly PreparedKey[];
  seed: number;
  /** One in so many of all first faults, divided by the workers. */
  every: number;
  workers: number;
  worker: number;
  /** When to begin no other: milliseconds since the epoch. */
  until: number;
}

/** What a worker has to say of one setting. */
interface Told {
  setting: Setting;
  /** Of how many. */
  all: number;
  singles: number;
  pairs: number;
  held: number;
  calls: number;
  failures: string[];
}

if (isMainThread) await main();
else await work(workerData as Share);

async function main(): Promise<void> {
  const {
    every,
    minutes,
    case: one,
    help,
  } = parseArgs({
    options: {
      every: { type: "string", default: "1" },
      minutes: { type: "string", default: "Infinity" },
      case: { type: "string" },
      help: { type: "boolean" },
    },
  }).values;
  if (help) return void console.info(USAGE);
  if (one !== undefined) return runOne(printedCase<Case>(one, ["kind", "propagation", "faults"]));
  const begun = performance.now();
  const threads = availableParallelism();
  const seed = Number(process.env.CURFEW_SEED ?? 1);
  const until = Date.now() + Number(minutes) * 60_000;
  const share = { keys: prepareKeys(9), seed, every: Number(every), workers: threads, until };
  const told = await Promise.all(Array.from({ length: threads }, (_, worker) => runWorker({ ...share, worker })));
  const all = told.flat();
  for (const setting of SETTINGS) {
    console.info(
      line(
        all.filter((each) => titleOf(each.setting) === titleOf(setting)),
        titleOf(setting),
      ),
    );
  }
  const took = ((performance.now() - begun) / 60_000).toFixed(1);
  console.info(`${line(all, "all")}; ${took} minutes on ${threads} threads, CURFEW_SEED=${seed}`);
  if (all.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
}

function line(told: readonly Told[], title: string): string {
  const sum = (count: (one: Told) => number): number => told.reduce((total, one) => total + count(one), 0);
  const [singles, pairs, held, calls] = [
    sum((one) => one.singles),
    sum((one) => one.pairs),
    sum((one) => one.held),
    sum((one) => one.calls),
  ];
  const failed = sum(({ failures }) => failures.length);
  const of = new Map(told.map(({ setting, all }) => [titleOf(setting), all])).values().reduce((a, b) => a + b, 0);
  return `crash matrix, ${title}: ${singles} of ${of} single faults, ${pairs} pairs, ${calls} calls, ${held} held and resumed, ${failed} failed`;
}

function runWorker(share: Share): Promise<Told[]> {
  return new Promise((resolve, reject) => {
    const told: Told[] = [];
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.on("message", (one: Told) => void told.push(one));
    worker.on("error", reject);
    worker.on("exit", () => resolve(told));
  });
}

async function work({ keys, seed, every, workers, worker, until }: Share): Promise<void> {
  const firsts = await allSingles(keys);
  const told = new Map(SETTINGS.map((setting) => [titleOf(setting), nothingOf(setting, firsts)]));
  const taken = shuffled(firsts, seed).slice(0, Math.ceil(firsts.length / every));
  for (const [index, single] of taken.entries()) {
    if (index % workers !== worker) continue;
    if (Date.now() > until) break;
    const one = told.get(titleOf(single)) as Told;
    one.singles += count(one, await runCases([single], keys));
    one.pairs += count(one, await runCases(pairsAfter(single, keys), keys));
  }
  for (const one of told.values()) parentPort?.postMessage(one);
}

async function allSingles(keys: readonly PreparedKey[]): Promise<Case[]> {
  const all: Case[] = [];
  for (const setting of SETTINGS) for await (const single of singles(setting, keys)) all.push(single);
  return all;
}

function nothingOf(setting: Setting, firsts: readonly Case[]): Told {
  const all = firsts.filter((single) => titleOf(single) === titleOf(setting)).length;
  return { setting, all, singles: 0, pairs: 0, held: 0, calls: 0, failures: [] };
}

function count(told: Told, { held, calls, failures, cases }: Tally): number {
  told.held += held;
  told.calls += calls;
  for (const { case: one, result } of failures) {
    const failure = `${describeCase(one)}: ${result.problems.join("; ")}`;
    told.failures.push(failure);
    console.error(failure); // at once: the whole may take hours
  }
  return cases;
}

/** The same in another order: the same one for each seed. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seeded(seed);
  const drawn = items.map((item) => ({ item, at: random() }));
  return drawn.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

async function runOne(one: Case | undefined): Promise<void> {
  if (!one) return refuse();
  const { calls, failures } = await runCases([one], prepareKeys(9), undefined, (result) => {
    for (const call of result.calls) console.info(call);
    console.info({ ...result, calls: result.calls.length });
  });
  console.info(`${calls} calls, ${failures.length === 0 ? "holds" : "fails"}`);
  if (failures.length > 0) process.exitCode = 1;
}
