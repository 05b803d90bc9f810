import { Duration } from "aws-cdk-lib";
import { Errors, JitterType, type RetryProps } from "aws-cdk-lib/aws-stepfunctions";

/**
 * The account runs as many functions at once as it may, and refused this one before it began. That says nothing about
 * what it was called for.
 * Source: AWS Lambda developer guide, "Lambda quotas": 1,000 at once, fewer in a new account.
 */
export const ACCOUNT_IS_BUSY = "Lambda.TooManyRequestsException";

/** For what a run does once: asks again every minute, for an hour. Nobody else of the run waits beside it. */
export const ASK_FOR_AN_HOUR: RetryProps = {
  errors: [ACCOUNT_IS_BUSY],
  interval: Duration.minutes(1),
  backoffRate: 1,
  maxAttempts: 60,
};

/** For what waits for its turn in another way, so that being refused uses up no try. */
export const DO_NOT_ASK_AGAIN: RetryProps = { errors: [ACCOUNT_IS_BUSY], maxAttempts: 0 };

/**
 * The service was busy, the process ended before it could answer (out of memory, out of time, killed), or the function
 * itself gave up, as where the table or the bucket did not answer. Everything can be done again.
 *
 * Waits at most 10 + 30 + 90 s = 2 min 10 s in all, and at random less, so that many tenants that failed at once do not
 * come back at once. Each try may take the function's whole time, and all of them must fit into the longest run.
 * Source: AWS Step Functions developer guide, "Handle transient Lambda service exceptions".
 */
export const TRY_AGAIN: RetryProps = {
  errors: [Errors.ALL],
  interval: Duration.seconds(10),
  backoffRate: 3,
  maxAttempts: 3,
  jitterStrategy: JitterType.FULL,
};

/**
 * For what the next run does as well: asks for 20 minutes, and tries once more. With 15 minutes for each try it takes
 * less than an hour, which is what the longest run has for it.
 */
export const ASK_FOR_MINUTES: RetryProps = { ...ASK_FOR_AN_HOUR, maxAttempts: 20 };
export const TRY_ONCE_MORE: RetryProps = { errors: [Errors.ALL], interval: Duration.seconds(10), maxAttempts: 1 };
