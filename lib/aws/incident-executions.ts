import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { CurfewError } from "../model/curfew-error.ts";
import type { IncidentExecutions } from "../revocation/desk/executions.ts";
import { isNetworkCode, reasonOf, statusOf } from "./failure-reason.ts";

/** How patient to be with Step Functions: a person waits. */
const REQUEST = { connectionTimeout: 3_000, requestTimeout: 6_000, throwOnRequestTimeout: true };
const ATTEMPTS = 3;

/** What is said of a task that nothing waits for any more. Source: AWS Step Functions API reference, SendTaskSuccess. */
const OVER = ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"];

/** More than an incident is ever begun again. */
const MOST_STARTS = 100;

/** Begins what stands behind an incident's id in the names of its further executions: no id holds one. */
const FURTHER = "_";

/**
 * Executions of the state machine of emergency revocation, named after their incidents.
 *
 * All functions reject with a CurfewError: `request-refused`, `service-failed` or `unreachable`.
 *
 * @param machineArn `arn:<partition>:states:<region>:<account>:stateMachine:<name>`
 */
export function incidentExecutions(machineArn: string): IncidentExecutions {
  const client = new SFNClient({ maxAttempts: ATTEMPTS, requestHandler: REQUEST });
  const arnOf = (name: string) => `${machineArn.replace(":stateMachine:", ":execution:")}:${name}`;

  /** Step Functions gives a name once in ninety days, and the same execution again while it runs. */
  const startAs = async (name: string, input: string): Promise<"runs" | "ended"> => {
    try {
      await client.send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input }));
      return "runs";
    } catch (error) {
      if (reasonOf(error) !== "ExecutionAlreadyExists") throw error;
      const { status } = await client.send(new DescribeExecutionCommand({ executionArn: arnOf(name) }));
      return status === "RUNNING" || status === "PENDING_REDRIVE" ? "runs" : "ended";
    }
  };

  return {
    async start({ id, tenant }) {
      const input = JSON.stringify({ incident: id, tenant });
      try {
        for (let count = 1; count <= MOST_STARTS; count += 1) {
          if ((await startAs(count === 1 ? id : `${id}${FURTHER}run-${count}`, input)) === "runs") return;
        }
      } catch (error) {
        throw machineFailure(`The incident ${id} is opened, and its state machine could not be started`, error);
      }
      throw new CurfewError("request-refused", `The incident ${id} was begun ${MOST_STARTS} times; open another one.`);
    },
    async startBeside({ id, tenant }, count) {
      try {
        await startAs(`${id}${FURTHER}key-${count}`, JSON.stringify({ incident: id, tenant, beside: true }));
      } catch (error) {
        throw machineFailure(`The key is noted in the incident ${id}, and nobody could be sent to detach it`, error);
      }
    },
    async complete(taskToken, decision) {
      try {
        if (decision === "approve") await client.send(new SendTaskSuccessCommand({ taskToken, output: "{}" }));
        else
          await client.send(new SendTaskFailureCommand({ taskToken, error: "Rejected", cause: "A person said no." }));
        return true;
      } catch (error) {
        if (OVER.includes(reasonOf(error))) return false;
        throw machineFailure("The answer is recorded, and the state machine could not be told", error);
      }
    },
  };
}

/** The original is not kept as the cause: it may hold the input, or the token. */
function machineFailure(sentence: string, error: unknown): CurfewError {
  const reason = reasonOf(error);
  const isUnreachable = isNetworkCode(reason) || reason === "TimeoutError" || reason === "AbortError";
  const isBusy = reason === "ThrottlingException" || (statusOf(error) ?? 0) >= 500;
  const code = isUnreachable ? "unreachable" : isBusy ? "service-failed" : "request-refused";
  const detail = `${sentence} (${reason}); try the same again.`;
  return new CurfewError(code, detail, { detail: reason, retryable: isUnreachable || isBusy });
}
