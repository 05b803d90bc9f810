import { Duration } from "aws-cdk-lib";
import { Errors, type RetryProps } from "aws-cdk-lib/aws-stepfunctions";

/*
 * In an emergency nobody waits for minutes in silence: after these retries people are paged. That Auth0 refuses or is
 * not there is no error of a function, so what is retried here is the function itself: busy, killed, out of memory.
 */

/** Waits 1 + 2 + 4 + 8 = 15 s in all. Everything can be done again. */
export const ASK_QUICKLY: RetryProps = {
  errors: [Errors.ALL],
  interval: Duration.seconds(1),
  backoffRate: 2,
  maxAttempts: 4,
};

/** For what comes again by itself, or takes a quarter of an hour each time. */
export const ASK_ONCE_MORE: RetryProps = { errors: [Errors.ALL], interval: Duration.seconds(5), maxAttempts: 1 };

/** For what nobody waits for: 10 + 20 + 40 + 80 + 160 s, about five minutes in all. */
export const ASK_AND_ASK: RetryProps = {
  errors: [Errors.ALL],
  interval: Duration.seconds(10),
  backoffRate: 2,
  maxAttempts: 5,
};
