import { CurfewError } from "../model/curfew-error.ts";
import { INCIDENT_FUNCTIONS } from "../revocation/incident-machine.ts";
import { isNetworkCode, reasonOf, statusOf } from "./failure-reason.ts";

/** How the desk is asked. */
export interface Asking {
  signal: AbortSignal;
  /** What helps where it cannot be asked at all, as the end of a sentence; empty where nothing does. */
  otherwise: string;
}

/** How an order is given. */
export interface Ordering extends Asking {
  /** The command that shows whether it was taken. */
  look: string;
}

const ending = (sentence: string, otherwise: string): string =>
  otherwise === "" ? `${sentence}.` : `${sentence}; ${otherwise}.`;

/** After an order was sent there may be an incident, or an answer, of which nobody heard here. */
const notKnown = (what: string, { otherwise, look }: Pick<Ordering, "otherwise" | "look">): string =>
  `${ending(`${what}, and whether the desk took the order is not known here`, otherwise)} Look: ${look}`;

export const interrupted = ({ look }: Ordering): CurfewError =>
  new CurfewError("interrupted", notKnown("Interrupted", { look, otherwise: "" }));

/**
 * An answer that is none of the desk's own: it gave none, or somebody else did. A refusal comes before the desk; whoever
 * else answers may have passed the order on.
 */
export function notTaken(status: number, ordering: Ordering): CurfewError {
  const isFailure = status < 400 || status >= 500;
  const what =
    status < 400 ? `The answer is none of the desk's (status ${status})` : `The desk failed (status ${status})`;
  const message = isFailure
    ? notKnown(what, ordering)
    : ending(`The desk did not take the order (status ${status})`, ordering.otherwise);
  const retryable = isFailure || status === 429;
  return new CurfewError(retryable ? "service-failed" : "request-refused", message, {
    detail: String(status),
    retryable,
  });
}

export const notAllowed = (otherwise: string): CurfewError =>
  new CurfewError(
    "request-refused",
    ending(
      `AWS does not let you call the desk: your role needs lambda:InvokeFunctionUrl and lambda:InvokeFunction on ${INCIDENT_FUNCTIONS.desk} (docs/revocation.md)`,
      otherwise,
    ),
    { detail: "403" },
  );

/** What AWS's client cannot sign without: somebody's credentials, and a region. */
export function notSigned(error: unknown, otherwise: string): CurfewError {
  const reason = reasonOf(error);
  const why =
    reason === "NoRegion"
      ? "No AWS region is set: set AWS_REGION"
      : `There are no AWS credentials to sign the order with (${reason}): log in to AWS in this shell`;
  return new CurfewError("request-refused", ending(why, otherwise), { detail: reason });
}

/** The original is not kept as the cause: it may hold the request. What fetch fails with names the network's error. */
export function unreachable(error: unknown, ordering: Ordering): CurfewError {
  const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  const reason = codeOf(cause) ?? reasonOf(cause);
  const what = `The desk did not answer (${reason})`;
  const message = AFTER_SENDING.test(reason) ? notKnown(what, ordering) : ending(what, ordering.otherwise);
  return new CurfewError("unreachable", message, { detail: reason, retryable: true });
}

/**
 * What fetch fails with when the connection stood: too late an answer, an end of the connection before there was one, or an
 * answer that is no HTTP, or none that can be read.
 */
const AFTER_SENDING = /^(?:TimeoutError|ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_HEADERS_[A-Z]+|HPE_[A-Z_]+)$/;

/** As a certificate that is over has one, or an answer that is no HTTP: they are no codes of the network. */
const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" && /^[A-Z_]{3,60}$/.test(error.code)
    ? error.code
    : undefined;

export function notFound(error: unknown, otherwise: string): CurfewError {
  const reason = error === undefined ? "it has no URL" : reasonOf(error);
  if (reason === "NoRegion" || reason === "CredentialsProviderError") return notSigned(error, otherwise);
  const named = "name it with --desk and --table as npx cdk deploy printed them";
  if (isNetworkCode(reason) || reason === "TimeoutError")
    return new CurfewError(
      "unreachable",
      ending(
        `AWS did not say where the desk is (${reason}): look to the network and the region, or ${named}`,
        otherwise,
      ),
      { detail: reason },
    );
  const why = statusOf(error) === 404 ? "it is not deployed in this account and region" : reason;
  return new CurfewError(
    "request-refused",
    ending(`The desk ${INCIDENT_FUNCTIONS.desk} was not found (${why}): ${named}`, otherwise),
    { detail: reason },
  );
}
