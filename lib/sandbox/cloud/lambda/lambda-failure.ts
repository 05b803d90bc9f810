/** A Lambda that failed, as its callers hear of it. `name` is what Retry and Catch of a state machine match. */
export class LambdaFailure extends Error {
  /** The name of the error that the handler raised, or the runtime's: `Sandbox.Timedout`, `Runtime.ExitError`. */
  override readonly name: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];

  constructor(errorType: string, errorMessage: string, trace: readonly string[] = []) {
    super(JSON.stringify({ errorType, errorMessage, trace }));
    this.name = errorType;
    this.errorMessage = errorMessage;
    this.trace = trace;
  }
}

/** What a handler raised, as Lambda reports it. */
export function failureOf(error: unknown): LambdaFailure {
  if (error instanceof LambdaFailure) return error;
  if (!(error instanceof Error)) return new LambdaFailure("UnhandledRejection", String(error));
  return new LambdaFailure(error.name, error.message, (error.stack ?? "").split("\n"));
}
