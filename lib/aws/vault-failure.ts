import { CurfewError } from "../model/curfew-error.ts";
import { isNetworkCode, reasonOf, statusOf } from "./failure-reason.ts";

/** What an error of the AWS SDK means for the person who reads it. */
interface Meaning {
  /** The end of a sentence that begins with the secret: what happened; what to do. `ACTION` stands for the action. */
  sentence: string;
  retryable?: boolean;
}

const NOT_FOUND = "does not exist in this account and region; check its name and the region";
const DENIED = "may not be used with these AWS credentials; allow secretsmanager:ACTION on it (and its KMS key)";
const BAD_CREDENTIALS = "could not be used, because AWS refused the credentials; sign in again";
const KEY = "cannot be encrypted or decrypted; allow the use of its KMS key, and check that the key is enabled";
const STATE = "does not allow this in its present state; check that it is not marked for deletion";
const DEFECT = "was asked for something that Secrets Manager does not accept; this is a defect of Curfew";
const BUSY = "could not be used, because Secrets Manager does not answer properly at the moment; try again later";
const UNREACHABLE = "could not be used, because Secrets Manager cannot be reached; check network, region and endpoint";

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ResourceNotFoundException: { sentence: NOT_FOUND },
  AccessDeniedException: { sentence: DENIED },
  AccessDenied: { sentence: DENIED },
  DecryptionFailure: { sentence: KEY },
  EncryptionFailure: { sentence: KEY },
  InvalidRequestException: { sentence: STATE },
  InvalidParameterException: { sentence: DEFECT },
  ValidationException: { sentence: DEFECT },
  LimitExceededException: { sentence: "would exceed a quota of Secrets Manager; remove what is not needed any more" },
  ResourceExistsException: { sentence: "exists already, or this version of it does" },
  ExpiredTokenException: { sentence: BAD_CREDENTIALS },
  ExpiredToken: { sentence: BAD_CREDENTIALS },
  UnrecognizedClientException: { sentence: BAD_CREDENTIALS },
  InvalidSignatureException: { sentence: BAD_CREDENTIALS },
  InvalidClientTokenId: { sentence: BAD_CREDENTIALS },
  CredentialsProviderError: {
    sentence: "could not be used, because there are no AWS credentials; sign in, or set AWS_PROFILE",
  },
  NoRegion: { sentence: "could not be used, because no AWS region is set; set AWS_REGION" },
  ThrottlingException: { sentence: BUSY, retryable: true },
  InternalServiceError: { sentence: BUSY, retryable: true },
  InternalFailure: { sentence: BUSY, retryable: true },
  ServiceUnavailable: { sentence: BUSY, retryable: true },
  TimeoutError: { sentence: UNREACHABLE, retryable: true },
  AbortError: { sentence: UNREACHABLE, retryable: true },
};

const UNKNOWN: Meaning = { sentence: "could not be used; look the reason up in AWS's documentation" };

/**
 * Turns an error of the AWS SDK into ours: `not-found` for a secret that is not there, else `vault-failed`.
 * The original is not kept as the cause: the SDK attaches the response to some errors, and with it the secret.
 *
 * @param secret its name or ARN
 * @param action the action of Secrets Manager, as IAM names it
 */
export function vaultFailure(secret: string, action: string, error: unknown): CurfewError {
  if (error instanceof CurfewError) return error;
  const reason = reasonOf(error);
  const { sentence, retryable = false } = meaningOf(error, reason);
  const code = reason === "ResourceNotFoundException" ? "not-found" : "vault-failed";
  const message = `The secret ${secret} ${sentence.replace("ACTION", action)} (${action}: ${reason}).`;
  return new CurfewError(code, message, { detail: reason, retryable });
}

function meaningOf(error: unknown, reason: string): Meaning {
  const known = Object.hasOwn(MEANINGS, reason) ? MEANINGS[reason] : undefined;
  if (known) return known;
  if (isNetworkCode(reason)) return { sentence: UNREACHABLE, retryable: true };
  return (statusOf(error) ?? 0) >= 500 ? { sentence: BUSY, retryable: true } : UNKNOWN;
}
