import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { NO_CASE, printedCase } from "../../support/printed-case.ts";
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

const USAGE = `Usage: npm run matrix:rotation -- [--every N] [--case JSON]

Strikes rotations by every pair of faults: any fault at any call, and any other at any call after it.

  --every N    takes every Nth first fault only
  --case JSON  runs one case, as a failing test prints it, and tells its calls
`;

function refuse(): void {
  console.error(`${NO_CASE}\n\n${USAGE}`);
  process.exitCode = 3;
}

/** What a worker is given: every so manieth of the first faults. */
interface Share {
  keys: readonly PreparedKey[];
  first: number;
  every: number;
}

/** What a worker has to say of one setting. */
interface Told {
  setting: Setting;
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
    case: one,
    help,
  } = parseArgs({
    options: { every: { type: "string", default: "1" }, case: { type: "string" }, help: { type: "boolean" } },
  }).values;
  if (help) return void console.info(USAGE);
  if (one !== undefined) return runOne(printedCase<Case>(one, ["kind", "propagation", "faults"]));
  const begun = performance.now();
  const threads = availableParallelism();
  const keys = prepareKeys(9);
  const told = await Promise.all(
    Array.from({ length: threads }, (_, first) => runWorker({ keys, first, every: Number(every) * threads })),
  );
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
  console.info(`${line(all, "all")}; ${took} minutes on ${threads} threads`);
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
  return `crash matrix, ${title}: ${singles} single faults, ${pairs} pairs, ${calls} calls, ${held} held and resumed, ${failed} failed`;
}

function runWorker(share: Share): Promise<Told[]> {
  return new Promise((resolve, reject) => {
    const told: Told[] = [];
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.on("message", (one: Told) => {
      told.push(one);
      for (const failure of one.failures.slice(0, 5)) console.error(failure);
    });
    worker.on("error", reject);
    worker.on("exit", () => resolve(told));
  });
}

async function work({ keys, first, every }: Share): Promise<void> {
  for (const setting of SETTINGS) {
    const told: Told = { setting, singles: 0, pairs: 0, held: 0, calls: 0, failures: [] };
    const count = (tally: Tally): number => {
      told.held += tally.held;
      told.calls += tally.calls;
      for (const { case: one, result } of tally.failures) {
        told.failures.push(`${describeCase(one)}: ${result.problems.join("; ")}`);
      }
      return tally.cases;
    };
    let index = 0;
    for await (const single of singles(setting, keys)) {
      if (index++ % every !== first) continue;
      told.singles += count(await runCases([single], keys));
      told.pairs += count(await runCases(pairsAfter(single, keys), keys));
    }
    parentPort?.postMessage(told);
  }
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
