import { parentPort, workerData } from "node:worker_threads";
import { type Pace, pacedClock } from "../../../model/clock.ts";
import type { JumpedTime } from "../../jumping-clock.ts";
import { jumpingWorker, type Wake } from "./jumping-worker.ts";
import { type InvocationFacts, lambdaContext } from "./lambda-context.ts";

/** What a Worker is told to do. */
export interface Invocation {
  event: unknown;
  facts: InvocationFacts;
  /** Of the clock that the function goes by; undefined for the machine's. */
  time: Pace | JumpedTime | undefined;
}

/** How it went: the result as JSON, or what the runtime reports of an error. */
export type Reply = { json: string } | { errorType: string; errorMessage: string; trace: string[] };

/** Which file to load, and the name of the function that it exports. */
export interface WorkerTask {
  file: string;
  exportName: string;
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

const { file, exportName } = workerData as WorkerTask;
const port = parentPort;
if (!port) throw new TypeError("This file is the beginning of a Worker.");

// Loaded before the first event, as the runtime does; a failure is reported by the invocation that finds it.
const loading: Promise<Handler> = import(file).then((module: Record<string, unknown>) => {
  const handler = module[exportName];
  if (typeof handler === "function") return handler as Handler;
  throw Object.assign(new Error(`${exportName} is undefined or not exported`), { name: "Runtime.HandlerNotFound" });
});
loading.catch(() => undefined);

const jumpingClock = jumpingWorker(port);

port.on("message", async (invocation: Invocation | Wake) => {
  if ("wakes" in invocation) return;
  const reply = await run(invocation);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  port.postMessage(reply);
});

async function run({ event, facts, time }: Invocation): Promise<Reply> {
  try {
    const handler = await loading;
    const clock = time && ("jumped" in time ? jumpingClock(time) : pacedClock(time));
    const context = lambdaContext(facts, clock);
    return { json: JSON.stringify((await handler(event, context)) ?? null) };
  } catch (error) {
    if (!(error instanceof Error)) return { errorType: "UnhandledRejection", errorMessage: String(error), trace: [] };
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
  }
}

/** Resolves when the owner of the Worker has got everything that was printed. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.write("", () => resolve());
  return promise;
}
