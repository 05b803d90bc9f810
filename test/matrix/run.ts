// `npm run matrix`: strikes histories by all faults and by all pairs of them. See options.ts.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { firstsOf } from "./firsts.ts";
import { matrixOf } from "./matrices.ts";
import type { Case } from "./matrix.ts";
import { type Order, readOptions, USAGE } from "./options.ts";
import { createReport, progressLine, type Report } from "./report.ts";
import type { Tally } from "./tally.ts";
import type { WorkerData } from "./worker.ts";

/** Between two lines of progress: on a terminal one is written over the other. Milliseconds. */
const PROGRESS = process.stderr.isTTY ? 1_000 : 60_000;

/** Failures that are told, as they come; all are counted. */
const TOLD = 20;

const asked = readOptions(process.argv.slice(2));
if (typeof asked === "string") {
  console.error(`${asked}\n\n${USAGE}`);
  process.exitCode = 3;
} else if ("help" in asked) console.info(USAGE);
else process.exitCode = "case" in asked ? await runOne(asked.case) : await runAll(asked.order);

/** Runs an order; Ctrl-C ends it with what was done. Gives the exit code. */
async function runAll(order: Order): Promise<number> {
  const begun = performance.now();
  const minutes = (): number => (performance.now() - begun) / 60_000;
  const firsts = await firstsOf(order);
  const report = createReport();
  const queue = firsts.entries();
  const workerData: WorkerData = { withPairs: order.withPairs };
  const workers = Array.from(
    { length: order.workers },
    () => new Worker(new URL("./worker.ts", import.meta.url), { workerData }),
  );
  const progress = setInterval(() => say(progressLine(report, firsts.length, minutes())), PROGRESS);
  const interrupted = once(process, "SIGINT").then(() => true);
  const worked = Promise.all(
    workers.map((worker) => drive(worker, queue, report, () => minutes() >= order.minutes)),
  ).then(() => false);
  try {
    const isCut = await Promise.race([worked, interrupted]);
    tell(report, `${minutes().toFixed(1)} minutes on ${order.workers} threads`);
    if (report.done.size < firsts.length)
      console.info(`Not all of it: the rest is done with --from ${order.from + nextOf(report)}.`);
    if (report.total.failures.length > 0) return 1;
    return isCut ? 130 : 0;
  } finally {
    clearInterval(progress);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Gives a worker one first case after the other, until none is left. */
async function drive(
  worker: Worker,
  queue: Iterable<[number, Case]>,
  report: Report,
  isOver: () => boolean,
): Promise<void> {
  for (const [index, first] of queue) {
    worker.postMessage(first);
    const [tally]: Tally[] = await once(worker, "message");
    if (!tally) return;
    const told = report.total.failures.length;
    report.note(index, first, tally);
    for (const failure of tally.failures.slice(0, Math.max(0, TOLD - told))) say(`${failure}\n`);
    if (isOver()) return;
  }
}

/** The first case that was not finished: everything before it was. */
function nextOf({ done }: Report): number {
  let index = 0;
  while (done.has(index)) index += 1;
  return index;
}

function tell(report: Report, took: string): void {
  if (process.stderr.isTTY) say("");
  console.info(`${report.lines().join("\n")}; ${took}`);
}

/** On a terminal over the line before. */
function say(line: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[2K${line}` : `${line.trimEnd()}\n`);
}

async function runOne(one: Case): Promise<number> {
  const { calls, problems, struck, isNoted } = await matrixOf(one.matrix).run(one);
  for (const call of calls) console.info(call);
  console.info({ struck, problems, isNoted });
  return problems.length > 0 ? 1 : 0;
}
