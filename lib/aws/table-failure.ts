import { CurfewError } from "../model/curfew-error.ts";
import { isNetworkCode, reasonOf, statusOf } from "./failure-reason.ts";

/** The end of a sentence that begins with the table's name, for what a person can do something about. */
const SENTENCES: Readonly<Record<string, string>> = {
  ResourceNotFoundException: "does not exist in this account and region; check its name and the region",
  AccessDeniedException:
    "may not be used with these AWS credentials; allow reading and writing its items (and its KMS key)",
  UnrecognizedClientException: "could not be used, because AWS refused the credentials; sign in again",
  ExpiredTokenException: "could not be used, because AWS refused the credentials; sign in again",
  CredentialsProviderError: "could not be used, because there are no AWS credentials; sign in, or set AWS_PROFILE",
  NoRegion: "could not be used, because no AWS region is set; set AWS_REGION",
  ValidationException: "refused a request; this is a defect of Curfew, or a row has outgrown 400 kB",
};

const BUSY = "does not answer properly at the moment; try again later";

/** Failures that pass by themselves; the SDK has tried several times already. */
const PASSING: ReadonlySet<string> = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
  "InternalServerError",
  "TransactionConflictException",
  "TimeoutError",
  "AbortError",
]);

/**
 * Turns an error of the AWS SDK into ours.
 * The original is not kept as the cause: the SDK attaches requests, answers and items to some errors.
 */
export function tableFailure(table: string, error: unknown): CurfewError {
  const reason = reasonOf(error);
  const retryable = PASSING.has(reason) || isNetworkCode(reason) || (statusOf(error) ?? 0) >= 500;
  const known = Object.hasOwn(SENTENCES, reason) ? SENTENCES[reason] : undefined;
  const sentence = known ?? (retryable ? BUSY : "could not be used; look the reason up in AWS's documentation");
  return new CurfewError("store-failed", `The DynamoDB table ${table} ${sentence} (${reason}).`, {
    detail: reason,
    retryable,
  });
}
