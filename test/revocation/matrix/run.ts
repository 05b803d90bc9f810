import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import {
  type Case,
  describeCase,
  outages,
  pairsAfter,
  run,
  runCases,
  SCENARIOS,
  type ScenarioName,
  singles,
  type Tally,
} from "./cases.ts";

const USAGE = `Usage: node test/revocation/matrix/run.ts [--every N] [--case JSON]

Strikes the containment of a leak by every fault, every outage and every pair of faults.

  --every N    takes every Nth first fault only
  --case JSON  runs one case, as a failing test prints it, and tells its calls
`;

/** What a worker is given: every so manieth of the first faults. */
interface Share {
  first: number;
  every: number;
}

/** What a worker has to say of one scenario. */
interface Told extends Record<"singles" | "outages" | "pairs" | "calls" | "paged", number> {
  scenario: ScenarioName;
  failures: string[];
}

const NAMES = Object.keys(SCENARIOS) as ScenarioName[];

if (isMainThread) await main();
else await work(workerData as Share);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { every: { type: "string", default: "1" }, case: { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) return void console.info(USAGE);
  if (values.case !== undefined) return runOne(JSON.parse(values.case) as Case);
  const begun = performance.now();
  const threads = availableParallelism();
  const shares = Array.from({ length: threads }, (_, first) => ({ first, every: Number(values.every) * threads }));
  const told = (await Promise.all(shares.map(runWorker))).flat();
  for (const name of NAMES) {
    console.info(
      line(
        told.filter(({ scenario }) => scenario === name),
        name,
      ),
    );
  }
  const took = ((performance.now() - begun) / 60_000).toFixed(1);
  console.info(`${line(told, "all")}; ${took} minutes on ${threads} threads`);
  if (told.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
}

function line(told: readonly Told[], title: string): string {
  const sum = (name: "singles" | "outages" | "pairs" | "calls" | "paged"): string =>
    `${told.reduce((total, one) => total + one[name], 0)} ${name}`;
  const failed = told.reduce((total, { failures }) => total + failures.length, 0);
  const counts = (["singles", "outages", "pairs", "calls", "paged"] as const).map(sum).join(", ");
  return `containment matrix, ${title}: ${counts}, ${failed} failed`;
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

async function work({ first, every }: Share): Promise<void> {
  for (const scenario of NAMES) {
    const told: Told = { scenario, singles: 0, outages: 0, pairs: 0, calls: 0, paged: 0, failures: [] };
    const count = ({ cases, calls, paged, failures }: Tally): number => {
      told.calls += calls;
      told.paged += paged;
      told.failures.push(
        ...failures.map(({ case: one, result }) => `${describeCase(one)}: ${result.problems.join("; ")}`),
      );
      return cases;
    };
    for await (const outage of shared(outages(scenario), first, every)) told.outages += count(await runCases([outage]));
    for await (const single of shared(singles(scenario), first, every)) {
      told.singles += count(await runCases([single]));
      told.pairs += count(await runCases(pairsAfter(single)));
    }
    parentPort?.postMessage(told);
  }
}

async function* shared(cases: AsyncIterable<Case>, first: number, every: number): AsyncGenerator<Case> {
  let index = 0;
  for await (const one of cases) if (index++ % every === first) yield one;
}

async function runOne(one: Case): Promise<void> {
  const { calls, problems, struck } = await run(one);
  for (const call of calls) console.info(call);
  console.info({ struck, problems });
  if (problems.length > 0) process.exitCode = 1;
}
