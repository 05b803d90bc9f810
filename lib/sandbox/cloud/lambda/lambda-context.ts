import { type Clock, CONTEXT_CLOCK } from "../../../model/clock.ts";
import { ACCOUNT, REGION } from "../account.ts";

/** The second argument of a handler, as far as the Node.js runtime fills it. */
export interface LambdaContext {
  functionName: string;
  functionVersion: "$LATEST";
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  awsRequestId: string;
  logGroupName: string;
  logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  /** Milliseconds until the function is stopped. */
  getRemainingTimeInMillis(): number;
  /** What only a sandbox has: the clock to go by. */
  [CONTEXT_CLOCK]?: Clock;
}

/** What an invocation is given beside its event; travels to a Worker. */
export interface InvocationFacts {
  functionName: string;
  requestId: string;
  /** By the clock of the function: milliseconds since the Unix epoch. */
  deadline: number;
  memory: number;
}

/**
 * Makes the context of one invocation.
 *
 * @param clock the sandbox's; without one the function goes by the machine's, as on AWS
 */
export function lambdaContext(
  { functionName, requestId, deadline, memory }: InvocationFacts,
  clock?: Clock,
): LambdaContext {
  const now = clock?.now ?? Date.now;
  return {
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${functionName}`,
    memoryLimitInMB: String(memory),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "sandbox",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - now()),
    ...(clock ? { [CONTEXT_CLOCK]: clock } : {}),
  };
}
