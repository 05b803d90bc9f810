import { CurfewError } from "../model/curfew-error.ts";
import { isNetworkCode, reasonOf, statusOf } from "./failure-reason.ts";

/** The end of a sentence that begins with the bucket's name, for what a person can do something about. */
const SENTENCES: Readonly<Record<string, string>> = {
  NoSuchBucket: "does not exist in this account and region; check its name and the region",
  AccessDenied: "may not be used with these AWS credentials; allow reading and writing its objects (and its KMS key)",
  CredentialsProviderError: "could not be used, because there are no AWS credentials; sign in, or set AWS_PROFILE",
  NoRegion: "could not be used, because no AWS region is set; set AWS_REGION",
};

const BUSY = "does not answer properly at the moment; try again later";

/**
 * Turns an error of S3 into ours.
 * The original is not kept as the cause: the SDK attaches requests and answers to some errors.
 */
export function bucketFailure(bucket: string, error: unknown): CurfewError {
  const reason = reasonOf(error);
  const isPassing = ["TimeoutError", "AbortError", "SlowDown"].includes(reason) || isNetworkCode(reason);
  const retryable = isPassing || (statusOf(error) ?? 0) >= 500;
  const known = Object.hasOwn(SENTENCES, reason) ? SENTENCES[reason] : undefined;
  const sentence = known ?? (retryable ? BUSY : "could not be used; look the reason up in AWS's documentation");
  return new CurfewError("store-failed", `The bucket ${bucket} ${sentence} (${reason}).`, {
    detail: reason,
    retryable,
  });
}
