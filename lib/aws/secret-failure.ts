import { CurfewError } from "../model/curfew-error.ts";
import { isNetworkCode, reasonOf, statusOf } from "./failure-reason.ts";

/** What an error of the AWS SDK means for the person who reads it. */
interface Meaning {
  /** The end of a sentence that begins with the secret's name: what happened; what to do. */
  sentence: string;
  retryable?: boolean;
}

const NOT_FOUND = "does not exist in this account and region; create it, or check its name and the region";
const DENIED =
  "may not be read with these AWS credentials; allow secretsmanager:GetSecretValue on it (and its KMS key)";
const BAD_CREDENTIALS = "could not be read, because AWS refused the credentials; sign in again";
const BUSY = "could not be read, because Secrets Manager does not answer properly at the moment; try again later";
const UNREACHABLE = "could not be read, because Secrets Manager cannot be reached; check network, region and endpoint";

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ResourceNotFoundException: { sentence: NOT_FOUND },
  AccessDeniedException: { sentence: DENIED },
  AccessDenied: { sentence: DENIED },
  DecryptionFailure: {
    sentence: "cannot be decrypted; allow the use of its KMS key, and check that the key is enabled",
  },
  InvalidRequestException: {
    sentence: "cannot be read in its present state; check that it is not marked for deletion",
  },
  InvalidParameterException: { sentence: "does not have a name that Secrets Manager accepts; check it" },
  ExpiredTokenException: { sentence: BAD_CREDENTIALS },
  ExpiredToken: { sentence: BAD_CREDENTIALS },
  UnrecognizedClientException: { sentence: BAD_CREDENTIALS },
  InvalidSignatureException: { sentence: BAD_CREDENTIALS },
  InvalidClientTokenId: { sentence: BAD_CREDENTIALS },
  CredentialsProviderError: {
    sentence: "could not be read, because there are no AWS credentials; sign in, or set AWS_PROFILE",
  },
  ThrottlingException: { sentence: BUSY, retryable: true },
  InternalServiceError: { sentence: BUSY, retryable: true },
  InternalFailure: { sentence: BUSY, retryable: true },
  ServiceUnavailable: { sentence: BUSY, retryable: true },
  TimeoutError: { sentence: UNREACHABLE, retryable: true },
  AbortError: { sentence: UNREACHABLE, retryable: true },
};

const NO_REGION: Meaning = { sentence: "could not be read, because no AWS region is set; set AWS_REGION" };
const UNREACHABLE_MEANING: Meaning = { sentence: UNREACHABLE, retryable: true };

/**
 * Turns an error of the AWS SDK into ours.
 * The original is not kept as the cause: the SDK attaches the response to some errors, and with it the secret.
 *
 * @param action the action of Secrets Manager that was refused, as IAM names it
 */
export function secretFailure(name: string, error: unknown, action = "GetSecretValue"): CurfewError {
  const reason = reasonOf(error);
  const { sentence, retryable = false } = meaningOf(error, reason);
  const message = `The secret ${name} ${sentence.replace("GetSecretValue", action)} (${reason}).`;
  return new CurfewError("reference-unresolved", message, { detail: reason, retryable });
}

function meaningOf(error: unknown, reason: string): Meaning {
  if (reason === "NoRegion") return NO_REGION;
  const known = Object.hasOwn(MEANINGS, reason) ? MEANINGS[reason] : undefined;
  if (known) return known;
  if (isNetworkCode(reason)) return UNREACHABLE_MEANING;
  const status = statusOf(error);
  if (status !== undefined && status >= 500) return { sentence: BUSY, retryable: true };
  return { sentence: "could not be read; look the reason up in AWS's documentation" };
}
