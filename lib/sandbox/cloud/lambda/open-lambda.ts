import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { REGION } from "../account.ts";
import type { TimeReport } from "./jumping-worker.ts";
import { sleepsOf, type WorkerSleeps } from "./jumping-worker-host.ts";
import { LambdaFailure } from "./lambda-failure.ts";
import { invocationTime, jumpingIn, type LambdaTime } from "./lambda-time.ts";
import type { Invocation, Reply, WorkerTask } from "./lambda-worker.ts";

/** A bundled Lambda. */
export interface LambdaOptions {
  name: string;
  /** The folder of its asset; `index.mjs` in it is loaded. */
  folder: string;
  /** Exactly what the function sees, beside what the runtime itself sets. */
  env: Readonly<Record<string, string>>;
  /** `index.handler` when left out. */
  handler?: string;
  /** Milliseconds; 15 minutes when left out, which is the most that Lambda allows. */
  timeout?: number;
  /** MB; a Worker that needs more is ended. 512 when left out. */
  memory?: number;
  /** What the function goes by, its timeout included; the machine's when left out. */
  time?: LambdaTime;
}

/** A Lambda that can be invoked and killed. */
export interface LambdaHost extends AsyncDisposable {
  /** Rejects with {@link LambdaFailure}. Invocations side by side have a Worker each, as on AWS. */
  invoke(event: unknown): Promise<unknown>;
  /** Ends every Worker at once, in the middle of what it does. The next invocation starts cold. */
  kill(): void;
  /** Everything that was printed so far, what killed Workers printed included. */
  output(): string;
  /** How many Workers were started. */
  readonly coldStarts: number;
  close(): Promise<void>;
}

const LONGEST_TIMEOUT = 900_000;
const DEFAULT_MEMORY = 512;

/**
 * Where Node keeps what it compiled: its own default. A Worker with an environment of its own is not told, and would
 * compile its bundle and strip types anew at every cold start, which is two fifths of the processor time of one.
 */
const COMPILED = process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), "node-compile-cache");

/** One Worker, which does one thing at a time. */
interface Instance {
  worker: Worker;
  /** Says how the current invocation ended; null while idle. */
  settle: ((outcome: Reply | LambdaFailure) => void) | null;
  requestId: string;
  /** Where the clock jumps. */
  sleeps: WorkerSleeps | undefined;
  gone: Promise<void>;
}

/**
 * Makes a bundled Lambda ready to be invoked, each instance in a Worker with an environment of its own.
 *
 * @example
 * await using lambda = openLambda({ name: "audit-tenant", folder: asset, env: { ...cloud.env, CURFEW_TABLE: "curfew" } });
 * const result = await lambda.invoke({ run, tenant: "acme-prod" });
 */
export function openLambda(options: LambdaOptions): LambdaHost {
  const { name, timeout = LONGEST_TIMEOUT, memory = DEFAULT_MEMORY, time } = options;
  const instances = new Set<Instance>();
  const printed: string[] = [];
  let coldStarts = 0;
  const idleInstance = () => {
    const idle = [...instances].find(({ settle }) => settle === null);
    if (idle) return idle;
    coldStarts += 1;
    return startInstance(options, instances, printed);
  };
  const kill = () => {
    for (const instance of instances) end(instances, instance, killed(instance.requestId));
  };
  const close = async () => {
    const all = [...instances];
    kill();
    await Promise.all(all.map(({ gone }) => gone));
  };
  return {
    invoke: (event) => invoke(instances, idleInstance(), event, { functionName: name, timeout, memory, time }),
    kill,
    output: () => printed.join(""),
    get coldStarts() {
      return coldStarts;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function startInstance(options: LambdaOptions, instances: Set<Instance>, printed: string[]): Instance {
  const { folder, handler = "index.handler", memory = DEFAULT_MEMORY, time } = options;
  const [module = "index", exportName = "handler"] = handler.split(".");
  const task: WorkerTask = { file: pathToFileURL(`${folder}/${module}.mjs`).href, exportName };
  const worker = new Worker(new URL("./lambda-worker.ts", import.meta.url), {
    workerData: task,
    env: { ...runtimeEnvironment(options), ...options.env },
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memory },
  });
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => void printed.push(text));
  }
  const gone = Promise.withResolvers<void>();
  const clock = jumpingIn(time);
  const sleeps = clock && sleepsOf(worker, clock);
  const instance: Instance = { worker, settle: null, requestId: "", sleeps, gone: gone.promise };
  instances.add(instance);
  worker.on("message", (message: Reply | TimeReport) => {
    if ("json" in message || "errorType" in message) instance.settle?.(message);
    else sleeps?.hear(message);
  });
  worker.on("error", (error) => end(instances, instance, crashed(instance.requestId, error)));
  worker.on("exit", (code) => {
    end(instances, instance, exited(instance.requestId, code));
    gone.resolve();
  });
  return instance;
}

/** What the runtime sets; Powertools and the SDK look at some of it. */
function runtimeEnvironment({ name, folder, handler = "index.handler", memory = DEFAULT_MEMORY }: LambdaOptions) {
  return {
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    AWS_REGION: REGION,
    LAMBDA_TASK_ROOT: folder,
    NODE_COMPILE_CACHE: COMPILED,
    TZ: ":UTC",
    _HANDLER: handler,
  };
}

interface InvocationOptions {
  functionName: string;
  timeout: number;
  memory: number;
  time: LambdaTime | undefined;
}

async function invoke(
  instances: Set<Instance>,
  instance: Instance,
  event: unknown,
  { functionName, timeout, memory, time }: InvocationOptions,
): Promise<unknown> {
  const requestId = randomUUID();
  instance.requestId = requestId;
  const outcome = Promise.withResolvers<Reply | LambdaFailure>();
  instance.settle = outcome.resolve;
  const by = invocationTime(time);
  const late = new AbortController();
  by.timeout(timeout, late.signal).then(
    () => end(instances, instance, timedOut(requestId, timeout)),
    () => undefined, // it was in time
  );
  const facts = { functionName, requestId, deadline: by.now() + timeout, memory };
  const invocation: Invocation = { event: JSON.parse(JSON.stringify(event ?? {})), facts, time: by.forWorker() };
  instance.sleeps?.begin();
  instance.worker.postMessage(invocation);
  const reply = await outcome.promise;
  late.abort();
  instance.sleeps?.end();
  instance.settle = null;
  if (reply instanceof LambdaFailure) throw reply;
  if ("json" in reply) return JSON.parse(reply.json);
  throw new LambdaFailure(reply.errorType, reply.errorMessage, reply.trace);
}

/** Takes an instance out of service and tells whoever waits for it why. */
function end(instances: Set<Instance>, instance: Instance, reason: LambdaFailure): void {
  if (!instances.delete(instance)) return;
  instance.settle?.(reason);
  void instance.worker.terminate();
}

const timedOut = (requestId: string, timeout: number) => {
  const message = `RequestId: ${requestId} Error: Task timed out after ${(timeout / 1000).toFixed(2)} seconds`;
  return new LambdaFailure("Sandbox.Timedout", message);
};

const killed = (requestId: string) =>
  new LambdaFailure("Runtime.ExitError", `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`);

const exited = (requestId: string, code: number) =>
  new LambdaFailure(
    "Runtime.ExitError",
    `RequestId: ${requestId} Error: Runtime exited with error: exit status ${code}`,
  );

/** An error that nobody caught, or a heap that is full. */
function crashed(requestId: string, error: unknown): LambdaFailure {
  const { code, name = "Error", message = String(error) } = error as NodeJS.ErrnoException;
  if (code === "ERR_WORKER_OUT_OF_MEMORY")
    return new LambdaFailure("Runtime.OutOfMemory", `RequestId: ${requestId} ${message}`);
  return new LambdaFailure("Runtime.UnhandledPromiseRejection", `${name}: ${message}`);
}
