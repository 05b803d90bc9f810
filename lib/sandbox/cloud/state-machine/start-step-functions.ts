import { jsonResponse, type Outcome, type SandboxRequest } from "../../http/message.ts";
import { serve } from "../../http/serve.ts";
import type { StateMachineHost } from "./open-state-machine.ts";

/** The HTTP side of Step Functions: it tells of executions that were started in this process. */
export interface StepFunctions extends AsyncDisposable {
  /** For `AWS_ENDPOINT_URL_SFN`. */
  readonly origin: string;
  /** Makes the executions of a state machine known. */
  add(machine: StateMachineHost): void;
}

/**
 * Starts what answers for Step Functions on a loopback port. It speaks the JSON 1.0 protocol of the real service and
 * knows one operation, `DescribeExecution`; it gives no input or output.
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

function answer(machines: readonly StateMachineHost[], { headers, body }: SandboxRequest): Outcome {
  const operation = headers.get("x-amz-target")?.replace(/^AWSStepFunctions\./, "") ?? "";
  if (operation !== "DescribeExecution") return refusal("UnknownOperationException", `No operation ${operation} here.`);
  const { executionArn = "" } = JSON.parse(body) as { executionArn?: string };
  const described = machines.map((machine) => describe(machine, executionArn)).find(Boolean);
  if (!described) return refusal("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
  return { kind: "answered", response: jsonResponse(200, described, JSON_1_0) };
}

function describe(machine: StateMachineHost, executionArn: string): object | undefined {
  const prefix = `${machine.arn.replace(":stateMachine:", ":execution:")}:`;
  const name = executionArn.slice(prefix.length);
  const execution = executionArn.startsWith(prefix) ? machine.describe(name) : undefined;
  if (!execution) return undefined;
  const { status, startedAt, endedAt } = execution;
  const stopDate = endedAt === undefined ? {} : { stopDate: endedAt / 1_000 };
  return { executionArn, stateMachineArn: machine.arn, name, status, startDate: startedAt / 1_000, ...stopDate };
}

const JSON_1_0 = { "content-type": "application/x-amz-json-1.0" };

const refusal = (type: string, message: string): Outcome => ({
  kind: "answered",
  response: jsonResponse(400, { __type: type, message }, JSON_1_0),
});
