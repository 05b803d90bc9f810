import { DescribeExecutionCommand, SFNClient } from "@aws-sdk/client-sfn";
import type { RunWatch } from "../alerts/ports.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { isNetworkCode, reasonOf, statusOf } from "./failure-reason.ts";

/** How patient to be with Step Functions. */
interface ExecutionsOptions {
  /** How long one request may take, in milliseconds. */
  timeout?: number;
  /** How often to try in all; the SDK waits between tries. */
  attempts?: number;
}

/**
 * Knows of a run what Step Functions knows: a run is an execution of the state machine *Audit*, and has its name.
 * Region, credentials and `AWS_ENDPOINT_URL_SFN` are found the way the SDK always finds them.
 *
 * `endedAt` rejects with a CurfewError: `request-refused`, `service-failed` or `unreachable`.
 *
 * @param machineArn `arn:<partition>:states:<region>:<account>:stateMachine:<name>`
 */
export function auditExecutions(machineArn: string, options: ExecutionsOptions = {}): RunWatch {
  const { timeout = 10_000, attempts = 3 } = options;
  const requestHandler = { connectionTimeout: timeout, requestTimeout: timeout, throwOnRequestTimeout: true };
  const client = new SFNClient({ maxAttempts: attempts, requestHandler });
  return {
    async endedAt({ id }) {
      const executionArn = `${machineArn.replace(":stateMachine:", ":execution:")}:${id}`;
      try {
        return (await client.send(new DescribeExecutionCommand({ executionArn }))).stopDate?.getTime();
      } catch (error) {
        if (reasonOf(error) === "ExecutionDoesNotExist") return undefined; // forgotten, which takes ninety days
        throw executionFailure(id, error);
      }
    },
  };
}

/** The original is not kept as the cause: an answer about an execution holds its input. */
function executionFailure(id: string, error: unknown): CurfewError {
  const reason = reasonOf(error);
  const isUnreachable = isNetworkCode(reason) || reason === "TimeoutError" || reason === "AbortError";
  const isBusy = reason === "ThrottlingException" || (statusOf(error) ?? 0) >= 500;
  const code = isUnreachable ? "unreachable" : isBusy ? "service-failed" : "request-refused";
  const sentence = `Whether the run ${id} is still under way could not be asked of Step Functions (${reason}).`;
  return new CurfewError(code, sentence, { detail: reason, retryable: isUnreachable || isBusy });
}
