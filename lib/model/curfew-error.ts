/** The reasons that come of talking to Auth0. */
const AUTH0_CODES = [
  "missing-scope",
  "feature-unavailable",
  "credentials-refused",
  "no-grant",
  "throttled",
  "unreachable",
  "timed-out",
  "service-failed",
  "unexpected-answer",
  "request-refused",
  "not-found",
  "token-expired",
] as const;

/** Every reason for which Curfew stops or gives up on something. The set is closed: new reasons are added here. */
const ERROR_CODES = [
  ...AUTH0_CODES,
  // the person's input
  "configuration-invalid",
  "arguments-invalid",
  "reference-unresolved",
  "file-unwritable",
  // Secrets Manager, and rotation
  "vault-failed",
  "version-taken",
  "rotation-refused",
  "rotation-busy",
  "rotation-unfinished",
  // emergencies
  "token-refused",
  "approval-refused",
  // what Curfew remembers
  "store-failed",
  "ledger-busy",
  // this process
  "interrupted",
] as const;

/** A member of the closed set of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What an error carries beside its sentence. */
export interface CurfewErrorOptions {
  /** True when trying the same thing again later may succeed. */
  retryable?: boolean;
  /** A short machine-readable addition, for instance the scope that is missing. Never a response body. */
  detail?: string;
  cause?: unknown;
}

/**
 * The root of all errors that Curfew raises on purpose.
 *
 * `message` is one sentence for the person who reads it: what is wrong, where, and what would be right.
 * It holds no secret, no token and no response body.
 */
export class CurfewError extends Error {
  override readonly name: string = "CurfewError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly detail: string | null;

  constructor(code: ErrorCode, message: string, options: CurfewErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.detail = options.detail ?? null;
  }
}

/** True when `error` is a {@link CurfewError} with one of `codes`. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is CurfewError {
  return error instanceof CurfewError && codes.includes(error.code);
}

/** Whether Auth0 is the reason: it refused, or could not be asked. */
export const isOfAuth0 = (error: unknown): boolean => hasCode(error, ...AUTH0_CODES);
