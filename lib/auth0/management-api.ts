import type * as z from "zod";
import { type Clock, systemClock } from "../model/clock.ts";
import { CurfewError, hasCode } from "../model/curfew-error.ts";
import { managementError } from "./answer-error.ts";
import { type Answer, type ExchangeParts, exchange } from "./exchange.ts";
import { logIn } from "./log-in.ts";
import type { Login } from "./login.ts";
import { createPacer, type RateHeaders } from "./pacer.ts";
import { type LimitGroup, PLAN_LIMITS, type Plan } from "./rate-limits.ts";
import { RETRY_POLICY, type RetryPolicy, ThrottledError, withRetries } from "./retry.ts";
import { type Query, type TenantAddress, tenantUrl } from "./tenant-address.ts";
import { type AccessToken, requestToken } from "./token.ts";
import { createTokenSource } from "./token-source.ts";

/** One kind of request to the Management API. */
export interface ManagementRequest {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** The path below `/api/v2`, its variable parts encoded. */
  path: string;
  /** The path as documented, without identifiers, for errors. */
  pattern: string;
  /** The documented scope, named when it is missing. */
  scope: string;
  group: LimitGroup;
  query?: Query;
  body?: unknown;
  /**
   * Whether sending it twice does no more than sending it once. Only such requests are tried again.
   * Not for `POST rotate-secret`, `POST credentials`, `POST keys/signing/rotate`, `POST network-acls`.
   */
  repeatable: boolean;
  /**
   * No try of it begins later: milliseconds since the epoch. Looked at when a try is really sent, so that a wait, or a
   * process that stood still for hours, cannot make it come late.
   */
  notAfter?: number;
}

/** What an audit cost. Every HTTP request counts, the token's and the repeated ones included. */
export interface Traffic {
  requests: number;
  retries: number;
  /** Answers with status 429. */
  throttled: number;
}

/** The Management API of one tenant, paced and authenticated. */
export interface ManagementApi {
  /**
   * Sends one request and reads its answer through `shape`.
   * @throws CurfewError with one of the codes for talking to Auth0; the signal's reason when it is aborted.
   */
  send<Shape extends z.ZodType>(request: ManagementRequest, shape: Shape, signal: AbortSignal): Promise<z.infer<Shape>>;
  /** The scopes of the token in use; undefined when Auth0 does not say. */
  scopes(): Promise<ReadonlySet<string> | undefined>;
  /** Takes a new token although the one in use is good; the one that was in use. */
  renew(): Promise<AccessToken>;
  readonly traffic: Readonly<Traffic>;
}

/** Where the API is, who asks, and everything that comes from outside. */
export interface ManagementApiOptions {
  address: TenantAddress;
  login: Login;
  plan: Plan;
  /** Ends everything: an interrupt by a person, or the deadline of a Lambda. */
  signal: AbortSignal;
  clock?: Clock;
  fetch?: typeof fetch;
  /** Uniform in [0, 1): the jitter between retries. */
  random?: () => number;
  /** Milliseconds after which an unanswered request is given up. */
  timeout?: number;
  retryPolicy?: RetryPolicy;
}

/** What came of one attempt: an answer, and what it means when it is a refusal. */
interface Attempted {
  answer: Answer;
  token: AccessToken;
  error: CurfewError | undefined;
}

/** Ten times what a slow page of 100 applications takes. */
const REQUEST_TIMEOUT = 10_000;

/** Opens a tenant's Management API. Nothing is sent before the first request. */
export function openManagementApi(options: ManagementApiOptions): ManagementApi {
  const clock = options.clock ?? systemClock;
  const traffic: Traffic = { requests: 0, retries: 0, throttled: 0 };
  const pacer = createPacer(PLAN_LIMITS[options.plan], clock);
  const parts: ExchangeParts = {
    clock,
    timeout: options.timeout ?? REQUEST_TIMEOUT,
    fetch: countingFetch(options.fetch ?? fetch, traffic),
  };
  const retries = {
    clock,
    random: options.random ?? Math.random,
    policy: options.retryPolicy ?? RETRY_POLICY,
    onRetry: () => {
      traffic.retries += 1;
    },
  };

  // A token request may be repeated: a second token harms nobody, and each attempt signs a new assertion.
  const askOnce = async (login: Login): Promise<AccessToken> => {
    await options.login.beforeAsked?.();
    return requestToken(options.address, login, parts, options.signal);
  };
  const ask = (login: Login) => withRetries(() => askOnce(login), retries, options.signal);
  const tokens = createTokenSource(() => logIn(options.login, ask, clock, options.signal), clock);

  /** The token is taken when it is the request's turn: a short-lived one would run out in the queue. */
  const attempt = async (request: ManagementRequest, signal: AbortSignal, begun: () => void): Promise<Attempted> => {
    const permit = await pacer.acquire(request.group, signal);
    begun();
    let settled = false;
    try {
      const token = await tokens.get();
      if (request.notAfter !== undefined && clock.now() > request.notAfter) throw tooLate(request);
      const answer = await exchange(outgoing(options.address, request, token), parts, signal);
      const error = answer.status >= 200 && answer.status < 300 ? undefined : refusal(answer, request, clock);
      settled = true;
      if (error instanceof ThrottledError) permit.refuse(error.until);
      else permit.settle(rateHeaders(answer.headers));
      return { answer, token, error };
    } finally {
      if (!settled) permit.settle();
    }
  };

  /** One renewal a request: a token that is refused right after it was issued will not get better. */
  const attemptWithRenewal = async (
    request: ManagementRequest,
    signal: AbortSignal,
    begun: () => void,
  ): Promise<Answer> => {
    let { answer, token, error } = await attempt(request, signal, begun);
    if (hasCode(error, "token-expired")) {
      await tokens.replace(token);
      ({ answer, error } = await attempt(request, signal, begun));
    }
    if (error) throw error;
    return answer;
  };

  return {
    traffic,
    async scopes() {
      return (await tokens.get()).scopes;
    },
    async renew() {
      const former = await tokens.get();
      await tokens.replace(former);
      return former;
    },
    async send(request, shape, signal) {
      const either = AbortSignal.any([options.signal, signal]);
      const once = async (begun: () => void): Promise<z.infer<typeof shape>> => {
        const answer = await attemptWithRenewal(request, either, begun);
        return readBody(answer.body, shape, request);
      };
      return request.repeatable ? await withRetries(once, retries, either) : await once(() => undefined);
    },
  };
}

const labelOf = (request: ManagementRequest): string => `${request.method} ${request.pattern}`;

const tooLate = (request: ManagementRequest): CurfewError =>
  new CurfewError("timed-out", `${labelOf(request)} was not sent any more, since its time was over.`, {
    detail: "its time was over",
  });

const refusal = (answer: Answer, request: ManagementRequest, clock: Clock): CurfewError =>
  managementError(answer, labelOf(request), request.scope, clock);

function outgoing(address: TenantAddress, request: ManagementRequest, token: AccessToken) {
  const hasBody = request.body !== undefined;
  return {
    method: request.method,
    url: tenantUrl(address, `/api/v2${request.path}`, request.query),
    label: labelOf(request),
    headers: {
      authorization: `Bearer ${token.value.reveal()}`,
      ...(hasBody ? { "content-type": "application/json" } : {}),
    },
    ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
  };
}

/**
 * Reads an answer through its slice. Only a missing identity can make this fail: every other field may be odd.
 * Such an answer is tried again, since a proxy may have cut it.
 */
function readBody<Shape extends z.ZodType>(body: unknown, shape: Shape, request: ManagementRequest): z.infer<Shape> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.map(String).join(".") || "the answer itself";
  throw new CurfewError("unexpected-answer", `The answer to ${labelOf(request)} has an unexpected form at ${where}.`, {
    retryable: true,
    detail: `unexpected form at ${where}`,
  });
}

function rateHeaders(headers: Headers): RateHeaders {
  const limit = numberHeader(headers, "x-ratelimit-limit");
  const remaining = numberHeader(headers, "x-ratelimit-remaining");
  return { ...(limit === undefined ? {} : { limit }), ...(remaining === undefined ? {} : { remaining }) };
}

function numberHeader(headers: Headers, name: string): number | undefined {
  const text = headers.get(name);
  if (text === null || text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

function countingFetch(inner: typeof fetch, traffic: Traffic): typeof fetch {
  return async (input, init) => {
    traffic.requests += 1;
    const response = await inner(input, init);
    if (response.status === 429) traffic.throttled += 1;
    return response;
  };
}
