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
}

/** What an invocation is given beside its event; travels to a Worker. */
export interface InvocationFacts {
  functionName: string;
  requestId: string;
  /** Milliseconds since the Unix epoch. */
  deadline: number;
  memory: number;
}

/** Makes the context of one invocation. */
export function lambdaContext({ functionName, requestId, deadline, memory }: InvocationFacts): LambdaContext {
  return {
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${functionName}`,
    memoryLimitInMB: String(memory),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "sandbox",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}
