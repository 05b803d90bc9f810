import { StateMachine } from "aws-local-stepfunctions";
import type { Clock } from "../../../model/clock.ts";
import { failureOf, LambdaFailure } from "../lambda/lambda-failure.ts";
import {
  allStates,
  type ChildMachine,
  type Definition,
  type PreparedDefinition,
  WAITING,
} from "./prepare-definition.ts";
import type { LambdaTask } from "./task-functions.ts";
import type { TaskTokens } from "./task-tokens.ts";

/** The most that a state may take or give. Bytes. Source: the quotas of Step Functions. */
const PAYLOAD_LIMIT = 262_144;

/** A state machine ready to run. */
export interface Machine extends PreparedDefinition {
  name: string;
  arn: string;
  tasks: ReadonlyMap<string, LambdaTask>;
  tokens: TaskTokens;
  clock: Clock;
  retryPause: number;
  wait: "not" | "by-clock";
}

/** How an execution ended. */
export interface ExecutionResult {
  status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  output: unknown;
  /** The error's name and what it says; null when there was none. */
  error: string | null;
  cause: string | null;
}

/** Something that whoever may read an execution's history can see. */
export interface HistoryEvent {
  /** The execution's name; children of a distributed Map have their own. */
  execution: string;
  type: string;
  /** Inputs, outputs, errors. */
  [detail: string]: unknown;
}

/** A running or finished execution. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  /** Everything that happened so far, children included, with every input and output. */
  readonly history: readonly HistoryEvent[];
  /** Never rejects. */
  readonly result: Promise<ExecutionResult>;
}

/** Starts an execution of a machine. */
export function startExecution(machine: Machine, input: unknown, name: string, signal?: AbortSignal): Execution {
  const history: HistoryEvent[] = [];
  const arn = `${machine.arn.replace(":stateMachine:", ":execution:")}:${name}`;
  const result = execute({ machine, definition: machine.definition, input, name, arn, history, signal });
  return { arn, name, history, result };
}

interface Run {
  machine: Machine;
  definition: Definition;
  input: unknown;
  name: string;
  arn: string;
  history: HistoryEvent[];
  signal: AbortSignal | undefined;
}

/** An execution that was started. */
interface Running extends Run {
  /** The bytes of the results of its Maps so far, by the name of the task for one item. */
  results: Map<string, number>;
  /** Ends it with an error that no Catch sees. */
  end(failure: LambdaFailure): never;
  /** Aborted when it has ended, however: nothing waits on. */
  over: AbortSignal;
}

type Interpreted = ReturnType<StateMachine["run"]>;

async function execute(run: Run): Promise<ExecutionResult> {
  const { machine, input, name, history, signal } = run;
  // asl-validator judges the definition in the tests of the stack; here it would refuse the tasks for items.
  const options = { validationOptions: { noValidate: true } };
  const { TimeoutSeconds: timeout, ...definition } = run.definition;
  const isByClock = machine.wait === "by-clock";
  const interpreter = new StateMachine((isByClock ? definition : run.definition) as never, options);
  let isLate = false;
  let terminal: LambdaFailure | undefined;
  const end = (failure: LambdaFailure): never => {
    terminal = failure;
    execution.abort();
    throw failure;
  };
  const over = new AbortController();
  const overrides = overridesFor({ ...run, results: new Map(), end, over: over.signal });
  const execution: Interpreted = interpreter.run(structuredClone(input) as never, {
    overrides,
    context: contextOf(run),
  });
  const stop = () => execution.abort();
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  if (isByClock && timeout !== undefined) {
    void sleepLong(machine.clock, timeout * 1_000, over.signal).then(
      () => {
        isLate = true;
        stop();
      },
      () => undefined, // it ended before
    );
  }
  const logged = record(execution.eventLogs, name, history);
  const settled = await settle(execution.result);
  const result = terminal ? failed(terminal) : isLate ? { ...settled, ...TIMED_OUT } : settled;
  signal?.removeEventListener("abort", stop);
  over.abort(new Error("The execution has ended."));
  await logged;
  history.push({ execution: name, ...result, type: "ExecutionEnded", machine: machine.name });
  return result;
}

const TIMED_OUT = { status: "TIMED_OUT", error: "States.Timeout" } as const;

/** A timer of the machine holds 24 days; an execution may take a year. Milliseconds. */
async function sleepLong(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  const end = clock.now() + milliseconds;
  while (clock.now() < end) await clock.sleep(Math.min(TEN_DAYS, end - clock.now()), signal);
}

const TEN_DAYS = 864_000_000;

async function settle(result: Interpreted["result"]): Promise<ExecutionResult> {
  try {
    return { status: "SUCCEEDED", output: await result, error: null, cause: null };
  } catch (error) {
    const { name, cause } = error as Error;
    if (name === "ExecutionAbortedError") return { status: "ABORTED", output: null, error: null, cause: null };
    if (name === "ExecutionTimeoutError")
      return { status: "TIMED_OUT", output: null, error: "States.Timeout", cause: null };
    return failed(cause instanceof Error ? cause : (error as Error));
  }
}

const failed = ({ name, message }: Error): ExecutionResult => ({
  status: "FAILED",
  output: null,
  error: name,
  cause: message,
});

async function record(events: Interpreted["eventLogs"], execution: string, history: HistoryEvent[]): Promise<void> {
  for await (const event of events) history.push({ execution, ...event });
}

/** What `$$` means. The interpreter keeps `Execution` for itself; see {@link prepareDefinition}. */
function contextOf({ machine, input, name, arn }: Run) {
  const started = { Id: arn, Name: name, StartTime: new Date(machine.clock.now()).toISOString(), Input: input };
  // Asked by a state when it is entered, so the time of asking is the time of entering.
  const state = {
    get EnteredTime() {
      return new Date(machine.clock.now()).toISOString();
    },
  };
  // Asked by a state whose parameters hold it, and at each try again: so each try has a token of its own.
  const task = {
    get Token() {
      return machine.tokens.issue();
    },
  };
  return { Started: started, State: state, Task: task, StateMachine: { Id: machine.arn, Name: machine.name } };
}

function overridesFor(run: Running) {
  const { machine, definition } = run;
  const handlers: Record<string, (input: unknown) => Promise<never>> = {};
  const retries: Record<string, number> = {};
  for (const [name, state] of allStates(definition)) {
    if (state.Retry) retries[name] = machine.retryPause;
    if (state.Resource === WAITING) handlers[name] = (input) => wait(run, input as Waiting) as Promise<never>;
    const child = machine.children.get(name);
    const task = machine.tasks.get(name);
    if (child) handlers[name] = (input) => runItem(run, name, child, input) as Promise<never>;
    else if (task) handlers[name] = (input) => callTask(run, name, task, input, state.TimeoutSeconds) as Promise<never>;
  }
  return { taskResourceLocalHandlers: handlers, retryIntervalOverrides: retries };
}

/** What a Wait state is given. */
interface Waiting {
  seconds?: number;
  /** ISO 8601. */
  until?: string;
}

async function wait({ machine: { clock, wait }, over }: Running, { seconds = 0, until }: Waiting): Promise<object> {
  if (wait === "not") return {};
  const milliseconds = until === undefined ? seconds * 1_000 : Date.parse(until) - clock.now();
  await clock.sleep(Math.max(0, milliseconds), over);
  return {};
}

/**
 * One item of a Map. The Map's result holds the outputs of all items, and is as large as it is whatever becomes of it:
 * Step Functions looks at its size before ResultPath and OutputPath. Source: github.com/aws/aws-cdk/issues/24799.
 */
async function runItem(run: Running, task: string, child: ChildMachine, input: unknown): Promise<unknown> {
  const output = await runChild(run, child, input);
  const before = run.results.get(task) ?? "[".length;
  const size = before + sizeOf(output) + ",".length; // the last one's comma stands for the bracket
  run.results.set(task, size);
  if (size > PAYLOAD_LIMIT) run.end(tooLarge(task));
  return output;
}

/** An execution of its own, with its own name and start. */
async function runChild(run: Run, { definition, tolerated }: ChildMachine, input: unknown): Promise<unknown> {
  const name = crypto.randomUUID();
  const arn = `${run.machine.arn.replace(":stateMachine:", ":execution:")}/Map:${name}`;
  const { status, output, error, cause } = await execute({ ...run, definition, input, name, arn });
  if (status === "SUCCEEDED" || tolerated) return output;
  const message = `The items that failed exceed what is tolerated: ${error ?? status} ${cause ?? ""}`;
  throw new LambdaFailure("States.ExceedToleratedFailureThreshold", message);
}

/** Calls what a task calls, and waits for whoever has its token where it says so. */
async function callTask(run: Running, state: string, task: LambdaTask, input: unknown, timeout?: number) {
  if (!task.waits) return callLambda(run, state, task, input);
  const { clock, tokens } = run.machine;
  const given = new AbortController();
  const signal = AbortSignal.any([given.signal, run.over]);
  // Heard from now on: what the function does may be faster than its answer.
  const outcome = tokens.outcome(input, signal);
  outcome.catch(() => undefined);
  try {
    const late = timeout === undefined ? [] : [clock.sleep(timeout * 1_000, signal)];
    const timedOut = late.map((slept) =>
      slept.then(
        () => Promise.reject(timeOut(state)),
        () => outcome,
      ),
    );
    await Promise.race([callLambda(run, state, task, input), ...timedOut]);
    const output = await Promise.race([outcome, ...timedOut]);
    if (sizeOf(output) > PAYLOAD_LIMIT) run.end(tooLarge(state));
    run.history.push({ execution: run.name, type: "TaskCompleted", state, output });
    return output;
  } catch (error) {
    const { name, message } = error as Error;
    run.history.push({ execution: run.name, type: "TaskNotCompleted", state, error: name, cause: message });
    throw error;
  } finally {
    given.abort(timeOut(state));
  }
}

/** What Catch sees under this name alone, and under States.ALL. */
const timeOut = (state: string): LambdaFailure =>
  new LambdaFailure("States.Timeout", `Nobody completed the task ${state} in time.`);

async function callLambda(run: Running, state: string, task: LambdaTask, input: unknown): Promise<unknown> {
  const event = task.wrapped ? (input as { Payload?: unknown }).Payload : input;
  const log = (type: string, detail: object) => run.history.push({ execution: run.name, type, state, ...detail });
  log("TaskScheduled", { function: task.logicalId, parameters: structuredClone(input) });
  try {
    const result = asJson(await task.call(asJson(event ?? {})));
    if (sizeOf(result) > PAYLOAD_LIMIT) run.end(tooLarge(state));
    log("TaskSucceeded", { output: result });
    return task.wrapped ? { ExecutedVersion: "$LATEST", Payload: result, StatusCode: 200 } : result;
  } catch (error) {
    const failure = failureOf(error);
    log("TaskFailed", { error: failure.name, cause: failure.message });
    throw failure;
  }
}

/** What crosses the border of a Lambda is JSON, and nothing is null. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value ?? null));

/** States.ALL does not catch it. Source: Step Functions developer guide, "Handling errors in workflows". */
const tooLarge = (state: string): LambdaFailure =>
  new LambdaFailure(
    "States.DataLimitExceeded",
    `The state/task '${state}' returned a result with a size exceeding the maximum of ${PAYLOAD_LIMIT} bytes.`,
  );
