/** What Secrets Manager answers when it refuses; `type` is the name of the exception that its clients see. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly type: string;
  /** HTTP status: 400 for everything that the caller can mend. */
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/** The secret, or a version of it, does not exist. */
export function notFound(message = "Secrets Manager can't find the specified secret."): ServiceError {
  return new ServiceError("ResourceNotFoundException", message);
}

/** The request does not fit the state that the secret is in. */
export function invalidRequest(message: string): ServiceError {
  return new ServiceError("InvalidRequestException", message);
}

/** Parameters contradict each other or the labels. */
export function invalidParameter(message: string): ServiceError {
  return new ServiceError("InvalidParameterException", message);
}

/** Something of that name or token is there already and differs. */
export function alreadyExists(message: string): ServiceError {
  return new ServiceError("ResourceExistsException", message);
}
