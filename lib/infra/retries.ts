import { Duration } from "aws-cdk-lib";
import { Errors, JitterType, type RetryProps } from "aws-cdk-lib/aws-stepfunctions";

/**
 * The account runs as many functions at once as it may. That says nothing about this one, so it waits for its turn:
 * whoever starts a new audit is often quicker, and a turn may come only when the others are through.
 * Waits at most 2 + 4 + 8 + 16 + 32 + 120 × 60 s = 2 h 1 min 2 s in all, and at random half of it on average. A tenant
 * waits twice at most, for its probe and for its audit, and that is less than the longest run.
 * Source: AWS Lambda developer guide, "Lambda quotas": 1,000 at once, fewer in a new account.
 */
export const WHEN_THE_ACCOUNT_IS_BUSY: RetryProps = {
  errors: ["Lambda.TooManyRequestsException"],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 125,
  maxDelay: Duration.seconds(60),
  jitterStrategy: JitterType.FULL,
};

/**
 * The service was busy, or the process ended before it could answer: out of memory, out of time, or killed.
 * Waits at most 2 + 4 + 8 + 16 + 32 + 60 s = 2 min 2 s in all, and at random less, so that many tenants that were
 * refused at once do not come back at once.
 * Source: AWS Step Functions developer guide, "Handle transient Lambda service exceptions".
 */
export const WHEN_LAMBDA_FAILS: RetryProps = {
  errors: [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    Errors.TIMEOUT,
  ],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 6,
  maxDelay: Duration.seconds(60),
  jitterStrategy: JitterType.FULL,
};

/**
 * The function itself gave up, as where the table or the bucket did not answer. Everything it does can be done again.
 * Waits at most 10 + 30 s = 40 s in all.
 */
export const WHEN_THE_FUNCTION_FAILS: RetryProps = {
  errors: [Errors.ALL],
  interval: Duration.seconds(10),
  backoffRate: 3,
  maxAttempts: 2,
  jitterStrategy: JitterType.FULL,
};
