import type { Clock } from "../model/clock.ts";
import { CurfewError } from "../model/curfew-error.ts";
import type { Answer } from "./exchange.ts";
import { ThrottledError } from "./retry.ts";

/** The parts of Auth0's error envelopes that decide what an error means. They are never shown. */
interface Envelope {
  errorCode: string;
  error: string;
  message: string;
  description: string;
}

/**
 * Says what a refusing answer of the Management API means.
 * Source: recorded answers 092 to 114; where a plan lacks a feature Auth0 uses three codes and two statuses.
 *
 * @param label method and path of the request, for the sentence
 * @param scope the documented scope of the endpoint, named when it is missing
 */
export function managementError(answer: Answer, label: string, scope: string, clock: Clock): CurfewError {
  const { errorCode, message } = envelope(answer.body);
  const { status } = answer;
  if (status === 401) {
    return new CurfewError("token-expired", `Auth0 no longer accepts the token for ${label}.`, {
      detail: "token refused",
    });
  }
  if (status === 403 && /^insufficient scope/i.test(message)) {
    return new CurfewError("missing-scope", `The token lacks the scope ${scope}, which ${label} needs.`, {
      detail: scope,
    });
  }
  // Before the features: Auth0 says this with the same code as a missing scope.
  if (status === 403 && /^some fields cannot be read/i.test(message)) {
    return new CurfewError("request-refused", `The token may not read some of the fields that ${label} asks for.`, {
      detail: FIELDS_REFUSED,
    });
  }
  if (isFeatureMissing(status, errorCode)) {
    return new CurfewError("feature-unavailable", `The tenant's plan does not include what ${label} asks for.`, {
      detail: "not in the tenant's plan",
    });
  }
  return commonError(answer, label, clock);
}

/** The detail of the `request-refused` error that says: ask again without the optional fields. */
export const FIELDS_REFUSED = "fields refused";

/** The detail of the `request-refused` error that says: what is to be made is there already. */
export const CONFLICT = "status 409";

function isFeatureMissing(status: number, errorCode: string): boolean {
  if (errorCode === "feature_not_enabled") return status === 403 || status === 400;
  return status === 403 && (errorCode === "insufficient_entitlement" || errorCode === "insufficient_scope");
}

/**
 * Says what a refusing answer of the token endpoint means. Only the documented answers mean refused credentials
 * or a missing grant; anything else means that nobody knows.
 */
export function tokenError(answer: Answer, clientId: string, domain: string, clock: Clock): CurfewError {
  const { error, description } = envelope(answer.body);
  const { status } = answer;
  if (status === 401 && (error === "access_denied" || error === "invalid_client")) {
    return new CurfewError(
      "credentials-refused",
      `Auth0 refuses the credentials of client ${clientId} at ${domain}; check the client id and what its reference holds.`,
      { detail: "client authentication failed" },
    );
  }
  // RFC 6749, 5.2 gives this error status 400, Auth0 was seen to use 403: the word decides.
  const isRefused = error === "unauthorized_client" && status >= 400 && status < 500;
  if (isRefused || (status === 403 && error === "access_denied" && /not authorized to access/i.test(description))) {
    const isGrantType = error === "unauthorized_client";
    return new CurfewError(
      "no-grant",
      isGrantType
        ? `Client ${clientId} at ${domain} may not use the client_credentials grant; enable it in the application's advanced settings, unless an incident has locked it (npx curfew incidents).`
        : `Client ${clientId} has no grant for the Management API of ${domain}; authorize it under APIs > Auth0 Management API.`,
      { detail: isGrantType ? "grant type client_credentials not enabled" : "no client grant for the Management API" },
    );
  }
  return commonError(answer, "POST /oauth/token", clock);
}

/** What a refusing answer of any endpoint means, where nothing more is documented. */
export function commonError(answer: Answer, label: string, clock: Clock): CurfewError {
  const { status } = answer;
  if (status === 429) return new ThrottledError(`Auth0 refused ${label}: too many requests.`, retryAt(answer, clock));
  if (status >= 500 || status === 408) {
    return new CurfewError("service-failed", `Auth0 failed to answer ${label} (status ${status}).`, {
      retryable: true,
      detail: `status ${status}`,
    });
  }
  if (status >= 400 && !isObject(answer.body)) {
    // Not Auth0's own refusal: a proxy's page, or an answer that was cut. It says nothing about the tenant.
    return new CurfewError(
      "unexpected-answer",
      `${label} was refused by something that is not Auth0 (status ${status}).`,
      {
        retryable: true,
        detail: `status ${status} without Auth0's error`,
      },
    );
  }
  if (status === 404) {
    return new CurfewError("not-found", `Auth0 knows nothing under ${label}.`, { detail: "status 404" });
  }
  if (status >= 300 && status < 400) {
    return new CurfewError("unexpected-answer", `${label} answered with a redirect, which is not followed.`, {
      detail: `redirect (status ${status})`,
    });
  }
  return new CurfewError("request-refused", `Auth0 refused ${label} (status ${status}).`, {
    detail: `status ${status}`,
  });
}

/**
 * When a refused request may be sent again, milliseconds since the epoch.
 * `Retry-After` is not documented for this API, `x-ratelimit-reset` (epoch seconds) is: the later one holds.
 */
function retryAt({ headers }: Answer, clock: Clock): number {
  const now = clock.now();
  const retryAfter = headers.get("retry-after");
  return Math.max(now, retryAfter === null ? now : parseRetryAfter(retryAfter, now), now + resetIn(headers, now));
}

/** A longer wait is no reset of a bucket: the header means something else there, and is not believed. */
const LONGEST_RESET = 3_600_000;

/** Milliseconds until the reset, by the server's own clock where it tells the time: ours may be minutes off. */
function resetIn(headers: Headers, now: number): number {
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN) * 1000;
  const serverTime = Date.parse(headers.get("date") ?? "");
  const wait = reset - (Number.isNaN(serverTime) ? now : serverTime);
  return wait > 0 && wait <= LONGEST_RESET ? wait : 0;
}

function parseRetryAfter(value: string, now: number): number {
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return now + seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? now : date;
}

function envelope(body: unknown): Envelope {
  const fields = isObject(body) ? body : {};
  const text = (name: string): string => (typeof fields[name] === "string" ? (fields[name] as string) : "");
  return {
    errorCode: text("errorCode"),
    error: text("error"),
    message: text("message"),
    description: text("error_description"),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
