import { CurfewError } from "../model/curfew-error.ts";
import { isNetworkCode, reasonOf, statusOf } from "./failure-reason.ts";

/** What an error of the AWS SDK means for the person who reads it. */
interface Meaning {
  /**
   * The end of a sentence that begins with the secret: what happened; what to do. `ACTION` stands for the action, `USED`
   * for what was to be done with the secret.
   */
  sentence: string;
  retryable?: boolean;
}

const DENIED = "may not be USED with these AWS credentials; allow secretsmanager:ACTION on it (and its KMS key)";
const BAD_CREDENTIALS = "could not be USED, because AWS refused the credentials; sign in again";
const KEY = "cannot be encrypted or decrypted; allow the use of its KMS key, and check that the key is enabled";
const REJECTED = "could not be USED, because Secrets Manager does not accept the request; check the secret's name";
const BUSY = "could not be USED, because Secrets Manager does not answer properly at the moment; try again later";
const UNREACHABLE = "could not be USED, because Secrets Manager cannot be reached; check network, region and endpoint";

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ResourceNotFoundException: { sentence: "does not exist in this account and region; check its name and the region" },
  AccessDeniedException: { sentence: DENIED },
  AccessDenied: { sentence: DENIED },
  DecryptionFailure: { sentence: KEY },
  EncryptionFailure: { sentence: KEY },
  InvalidRequestException: {
    sentence: "cannot be USED in its present state; check that it is not marked for deletion",
  },
  InvalidParameterException: { sentence: REJECTED },
  ValidationException: { sentence: REJECTED },
  LimitExceededException: { sentence: "would exceed a quota of Secrets Manager; remove what is not needed any more" },
  ResourceExistsException: { sentence: "exists already, or this version of it does" },
  ExpiredTokenException: { sentence: BAD_CREDENTIALS },
  ExpiredToken: { sentence: BAD_CREDENTIALS },
  UnrecognizedClientException: { sentence: BAD_CREDENTIALS },
  InvalidSignatureException: { sentence: BAD_CREDENTIALS },
  InvalidClientTokenId: { sentence: BAD_CREDENTIALS },
  CredentialsProviderError: {
    sentence: "could not be USED, because there are no AWS credentials; sign in, or set AWS_PROFILE",
  },
  NoRegion: { sentence: "could not be USED, because no AWS region is set; set AWS_REGION" },
  ThrottlingException: { sentence: BUSY, retryable: true },
  InternalServiceError: { sentence: BUSY, retryable: true },
  InternalFailure: { sentence: BUSY, retryable: true },
  ServiceUnavailable: { sentence: BUSY, retryable: true },
  TimeoutError: { sentence: UNREACHABLE, retryable: true },
  AbortError: { sentence: UNREACHABLE, retryable: true },
};

const UNKNOWN: Meaning = { sentence: "could not be USED; look the reason up in AWS's documentation" };

/**
 * Turns an error of the AWS SDK over a secret that the configuration refers to into `reference-unresolved`.
 * The original is not kept as the cause: the SDK attaches the response to some errors, and with it the secret.
 *
 * @param action the action of Secrets Manager, as IAM names it
 */
export function referenceFailure(name: string, action: string, error: unknown): CurfewError {
  const { sentence, reason, retryable } = failureOf("read", action, error);
  return new CurfewError("reference-unresolved", `The secret ${name} ${sentence} (${reason}).`, {
    detail: reason,
    retryable,
  });
}

/**
 * Turns an error of the AWS SDK over a secret that Curfew looks after into `not-found` where the secret is not there,
 * else into `vault-failed`. As in {@link referenceFailure}, the original is not kept.
 *
 * @param secret its name or ARN
 * @param action the action of Secrets Manager, as IAM names it
 */
export function vaultFailure(secret: string, action: string, error: unknown): CurfewError {
  if (error instanceof CurfewError) return error;
  const { sentence, reason, retryable } = failureOf("used", action, error);
  const code = reason === "ResourceNotFoundException" ? "not-found" : "vault-failed";
  return new CurfewError(code, `The secret ${secret} ${sentence} (${action}: ${reason}).`, {
    detail: reason,
    retryable,
  });
}

function failureOf(verb: "read" | "used", action: string, error: unknown): Required<Meaning> & { reason: string } {
  const reason = reasonOf(error);
  const { sentence, retryable = false } = meaningOf(error, reason);
  return { sentence: sentence.replace("USED", verb).replace("ACTION", action), reason, retryable };
}

function meaningOf(error: unknown, reason: string): Meaning {
  const known = Object.hasOwn(MEANINGS, reason) ? MEANINGS[reason] : undefined;
  if (known) return known;
  if (isNetworkCode(reason)) return { sentence: UNREACHABLE, retryable: true };
  return (statusOf(error) ?? 0) >= 500 ? { sentence: BUSY, retryable: true } : UNKNOWN;
}
