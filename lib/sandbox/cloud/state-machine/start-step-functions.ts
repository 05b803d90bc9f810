import { jsonResponse, type Outcome, type SandboxRequest } from "../../http/message.ts";
import { serve } from "../../http/serve.ts";
import type { StateMachineHost } from "./open-state-machine.ts";
import type { TaskOutcome } from "./task-tokens.ts";

/** The HTTP side of Step Functions. */
export interface StepFunctions extends AsyncDisposable {
  /** For `AWS_ENDPOINT_URL_SFN`. */
  readonly origin: string;
  /** Makes a state machine known, with its executions. */
  add(machine: StateMachineHost): void;
}

/**
 * Starts what answers for Step Functions on a loopback port. It speaks the JSON 1.0 protocol of the real service and
 * knows these operations of it: `StartExecution`, `DescribeExecution`, which gives no input or output, `StopExecution`,
 * `SendTaskSuccess` and `SendTaskFailure`.
 */
export async function startStepFunctions(): Promise<StepFunctions> {
  const machines: StateMachineHost[] = [];
  const server = await serve(async (request) => answer(machines, request));
  return {
    origin: server.origin,
    add: (machine) => void machines.push(machine),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

type Machines = readonly StateMachineHost[];
type Operation = (machines: Machines, input: Record<string, string>) => object;

/** What the service answers with in place of a result. */
class Refusal extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  StartExecution: start,
  DescribeExecution: describe,
  StopExecution: stop,
  SendTaskSuccess: (machines, { taskToken, output = "" }) =>
    complete(machines, taskToken, { output: parsed(output, "InvalidOutput") }),
  SendTaskFailure: (machines, { taskToken, error = "", cause = "" }) => complete(machines, taskToken, { error, cause }),
};

function answer(machines: Machines, { headers, body }: SandboxRequest): Outcome {
  const name = headers.get("x-amz-target")?.replace(/^AWSStepFunctions\./, "") ?? "";
  const operation = OPERATIONS[name];
  try {
    if (!operation) throw new Refusal("UnknownOperationException", `No operation ${name} here.`);
    return respond(200, operation(machines, JSON.parse(body)));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return respond(400, { __type: error.type, message: error.message });
  }
}

const respond = (status: number, body: object): Outcome => ({
  kind: "answered",
  response: jsonResponse(status, body, { "content-type": "application/x-amz-json-1.0" }),
});

/** Under the same name and input an execution that runs is the same one; under one that was used it is an error. */
function start(machines: Machines, { stateMachineArn = "", name, input = "{}" }: Record<string, string>): object {
  const machine = machines.find(({ arn }) => arn === stateMachineArn);
  if (!machine) throw new Refusal("StateMachineDoesNotExist", `State Machine Does Not Exist: '${stateMachineArn}'`);
  const given = parsed(input, "InvalidExecutionInput");
  try {
    const execution = machine.start(given, name === undefined ? {} : { name });
    return { executionArn: execution.arn, startDate: (machine.describe(execution.name)?.startedAt ?? 0) / 1_000 };
  } catch (error) {
    const { name: type, message } = error as Error;
    throw type === "ExecutionAlreadyExists" ? new Refusal(type, message) : error;
  }
}

function describe(machines: Machines, { executionArn = "" }: Record<string, string>): object {
  const { machine, name } = find(machines, executionArn);
  const { status, startedAt, endedAt } = machine.describe(name) ?? { status: "RUNNING", startedAt: 0 };
  const stopDate = endedAt === undefined ? {} : { stopDate: endedAt / 1_000 };
  return { executionArn, stateMachineArn: machine.arn, name, status, startDate: startedAt / 1_000, ...stopDate };
}

function stop(machines: Machines, { executionArn = "" }: Record<string, string>): object {
  const { machine, name } = find(machines, executionArn);
  machine.stop(name);
  return { stopDate: (machine.describe(name)?.endedAt ?? machine.describe(name)?.startedAt ?? 0) / 1_000 };
}

function find(machines: Machines, executionArn: string): { machine: StateMachineHost; name: string } {
  for (const machine of machines) {
    const prefix = `${machine.arn.replace(":stateMachine:", ":execution:")}:`;
    const name = executionArn.slice(prefix.length);
    if (executionArn.startsWith(prefix) && machine.describe(name)) return { machine, name };
  }
  throw new Refusal("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
}

/** The token alone says which task it is: the service does not ask for an execution. */
function complete(machines: Machines, token: string | undefined, outcome: TaskOutcome): object {
  const answers = machines.map((machine) => machine.complete(token ?? "", outcome));
  if (answers.includes("taken")) return {};
  if (!answers.includes("TaskTimedOut")) throw new Refusal("InvalidToken", "Invalid Token: 'Invalid token'");
  throw new Refusal("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
}

function parsed(json: string, refusal: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Refusal(refusal, `Invalid JSON in ${refusal === "InvalidOutput" ? "the output" : "the input"}.`);
  }
}
