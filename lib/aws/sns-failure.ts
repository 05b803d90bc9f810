import { CurfewError, type ErrorCode } from "../model/curfew-error.ts";

/** What an error of the AWS SDK means for the person who reads it. */
interface Meaning {
  code: ErrorCode;
  /** The end of a sentence that begins with what could not be done. */
  sentence: string;
  retryable?: boolean;
}

const DENIED: Meaning = {
  code: "request-refused",
  sentence: "these AWS credentials do not allow it; allow the action on the topic, and the use of its KMS key",
};
const SIGN_IN: Meaning = { code: "request-refused", sentence: "AWS refused the credentials; sign in again" };
const BUSY: Meaning = { code: "service-failed", sentence: "SNS fails at the moment; try again later", retryable: true };
const UNREACHABLE: Meaning = {
  code: "unreachable",
  sentence: "SNS cannot be reached; check network, region and endpoint",
  retryable: true,
};

const FULL: Meaning = {
  code: "request-refused",
  sentence: "the account has no more room for it; ask AWS to raise the quota of SNS (200 filter policies a topic)",
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
  NotFoundException: {
    code: "not-found",
    sentence: "there is no such topic; check its ARN, the account and the region",
  },
  AuthorizationErrorException: DENIED,
  AccessDenied: DENIED,
  AccessDeniedException: DENIED,
  KMSAccessDeniedException: DENIED,
  KMSDisabledException: { code: "request-refused", sentence: "the topic's KMS key is disabled; enable it" },
  ExpiredTokenException: SIGN_IN,
  ExpiredToken: SIGN_IN,
  InvalidClientTokenId: SIGN_IN,
  SignatureDoesNotMatch: SIGN_IN,
  CredentialsProviderError: {
    code: "request-refused",
    sentence: "there are no AWS credentials; sign in, or set AWS_PROFILE",
  },
  NoRegion: { code: "request-refused", sentence: "no AWS region is set; set AWS_REGION" },
  FilterPolicyLimitExceededException: FULL,
  SubscriptionLimitExceededException: FULL,
  ThrottledException: BUSY,
  InternalErrorException: BUSY,
  KMSThrottlingException: BUSY,
  TimeoutError: UNREACHABLE,
  AbortError: UNREACHABLE,
};

/**
 * Turns an error of the AWS SDK into ours. The original is not kept as the cause: it may carry the answer.
 *
 * @param what could not be done, as the beginning of a sentence
 */
export function snsFailure(what: string, error: unknown): CurfewError {
  const reason = reasonOf(error);
  const { code, sentence, retryable = false } = meaningOf(error, reason);
  return new CurfewError(code, `${what}: ${sentence} (${reason}).`, { detail: reason, retryable });
}

function meaningOf(error: unknown, reason: string): Meaning {
  const known = Object.hasOwn(MEANINGS, reason) ? MEANINGS[reason] : undefined;
  if (known) return known;
  if (isNetworkCode(reason)) return UNREACHABLE;
  const status = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
  if (status !== undefined && status >= 500) return BUSY;
  return { code: "request-refused", sentence: "SNS refused it; look the reason up in AWS's documentation" };
}

/** The name of an exception or the code of a network failure: both come from fixed sets. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "UnknownError";
  if (error.message === "Region is missing") return "NoRegion";
  if ("code" in error && typeof error.code === "string" && isNetworkCode(error.code)) return error.code;
  return /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : "UnknownError";
}

const isNetworkCode = (code: string): boolean => /^(?:E[A-Z]{3,20}|EAI_[A-Z]{2,10}|UND_ERR_[A-Z_]{2,30})$/.test(code);
