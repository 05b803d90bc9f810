import { parentPort, workerData } from "node:worker_threads";
import { pairsAfter } from "./cases.ts";
import { matrixOf } from "./matrices.ts";
import type { Case } from "./matrix.ts";
import { add, runCases } from "./tally.ts";

/** What a worker is told for its whole life. */
export interface WorkerData {
  withPairs: boolean;
}

// A thread of `npm run matrix`: is given one first case after the other, and answers each with a tally.
const { withPairs } = workerData as WorkerData;
parentPort?.on("message", async (first: Case) => {
  const matrix = matrixOf(first.matrix);
  const tally = await runCases(matrix, [first]);
  if (withPairs) add(tally, await runCases(matrix, pairsAfter(matrix, first)));
  parentPort?.postMessage(tally);
});
