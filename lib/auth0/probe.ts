import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import { CurfewError, type ErrorCode } from "../model/curfew-error.ts";
import { Secret } from "../model/secret.ts";
import { tokenError } from "./answer-error.ts";
import { basicAuthorization } from "./basic-authorization.ts";
import { ASSERTION_TYPE, clientAssertion } from "./client-assertion.ts";
import { type Answer, type ExchangeParts, exchange } from "./exchange.ts";
import type { Login } from "./login.ts";
import { type RetryPolicy, withRetries } from "./retry.ts";
import { type TenantAddress, tenantUrl } from "./tenant-address.ts";

/**
 * Where a tenant can be asked whether it accepts a credential, without obtaining a token:
 * `revoke` sends a random token to `POST /oauth/revoke`; by RFC 7009, 2.1 the client is authenticated first, and an
 * unknown token is no error. `token` sends a nonsense authorization code to `POST /oauth/token`; RFC 6749, 4.1.3 and
 * 5.2: who does not authenticate is refused before the code is looked at.
 */
export const PROBE_ENDPOINTS = ["revoke", "token"] as const;
export type ProbeEndpoint = (typeof PROBE_ENDPOINTS)[number];

/** What Auth0 says about a credential. Only documented answers mean accepted or refused. */
export type ProbeAnswer = { answer: "accepted" | "refused" } | Unknown;

/** Nobody knows. */
export interface Unknown {
  answer: "unknown";
  /** Why, in words that hold nothing of the answer. */
  detail: string;
}

/** An endpoint that was seen to tell a right credential from a wrong one for this client, or why there is none. */
export type Calibration =
  | {
      /** It accepts the credential and refuses a random one. */
      endpoint: ProbeEndpoint;
    }
  | {
      endpoint: null;
      /** Random credentials are refused, but the credential is accepted nowhere: it is wrong, or everybody is refused. */
      reason: "not-accepted";
      /** Those that refuse a random one: where one of them accepts anything, that is proof. */
      endpoints: readonly ProbeEndpoint[];
      /** What they say of the credential. */
      said: ProbeAnswer;
    }
  | {
      endpoint: null;
      /** `cannot-tell`: even a random credential is accepted everywhere. `no-answer`: nobody knows. */
      reason: "cannot-tell" | "no-answer";
      detail: string;
    };

/** What probing needs from outside. */
export interface ProbeParts extends ExchangeParts {
  /** Uniform in [0, 1): the jitter between retries. */
  random: () => number;
  retryPolicy: RetryPolicy;
}

/**
 * Asks a tenant whether it accepts a client's credential. No token is obtained, and nothing is changed.
 *
 * A client secret is sent in the body and, where that is refused, by HTTP Basic: a client is set to one of the two,
 * and is refused by the other. Each attempt with a private key signs a new assertion.
 *
 * @throws CurfewError `interrupted` when a person ends it, `reference-unresolved` for an unusable private key
 */
export async function probeCredential(
  address: TenantAddress,
  login: Login,
  parts: ProbeParts,
  signal: AbortSignal,
  endpoint: ProbeEndpoint = "revoke",
): Promise<ProbeAnswer> {
  let answer: ProbeAnswer = { answer: "unknown", detail: "the client has no way to authenticate" };
  for (const way of login.method === "client-secret" ? (["body", "basic"] as const) : (["assertion"] as const)) {
    answer = await ask({ address, login, endpoint, way }, parts, signal);
    if (answer.answer !== "refused") return answer;
  }
  return answer;
}

/**
 * Finds an endpoint that accepts a credential of this client and refuses a random one of the same kind. Only there do
 * both answers mean something: an endpoint may accept everybody, and it may as well refuse everybody.
 *
 * @throws as {@link probeCredential}
 */
export async function calibrate(
  address: TenantAddress,
  login: Login,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<Calibration> {
  const wrong = await randomLogin(login);
  const endpoints: ProbeEndpoint[] = [];
  const details: string[] = [];
  let said: ProbeAnswer = { answer: "refused" };
  for (const endpoint of PROBE_ENDPOINTS) {
    const ofWrong = await probeCredential(address, wrong, parts, signal, endpoint);
    if (ofWrong.answer === "unknown") details.push(ofWrong.detail);
    if (ofWrong.answer !== "refused") continue;
    endpoints.push(endpoint);
    const answer = await probeCredential(address, login, parts, signal, endpoint);
    if (answer.answer === "accepted") return { endpoint };
    if (answer.answer === "unknown") said = answer;
  }
  if (endpoints.length > 0) return { endpoint: null, reason: "not-accepted", endpoints, said };
  const [detail] = details;
  if (detail !== undefined) return { endpoint: null, reason: "no-answer", detail };
  const everything = "Auth0 accepts even a random credential for this application";
  return { endpoint: null, reason: "cannot-tell", detail: everything };
}

/** A login of the same client and kind whose credential nobody has. */
async function randomLogin(login: Login): Promise<Login> {
  const { clientId } = login;
  if (login.method === "client-secret") {
    return { method: login.method, clientId, secret: new Secret(randomBytes(48).toString("base64url")) };
  }
  const { kid, alg = "RS256" } = publicParts(login.privateKeyJwk);
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), alg, ...(kid === undefined ? {} : { kid }) };
  return { method: login.method, clientId, privateKeyJwk: new Secret(JSON.stringify(jwk)) };
}

/**
 * What a question about a credential comes to in the end: it is asked again while that can help, and whatever fails
 * then means that nobody knows.
 *
 * @throws as {@link probeCredential}
 */
export async function orUnknown<Said>(
  askOnce: () => Promise<Said>,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<Said | Unknown> {
  const retries = { clock: parts.clock, random: parts.random, policy: parts.retryPolicy, onRetry: () => undefined };
  try {
    return await withRetries(askOnce, retries, signal);
  } catch (error) {
    if (!(error instanceof CurfewError) || PASSED_ON.includes(error.code)) throw error;
    return { answer: "unknown", detail: error.detail ?? error.code };
  }
}

/** They say nothing about what the tenant accepts. */
const PASSED_ON: readonly ErrorCode[] = ["interrupted", "reference-unresolved"];

/** Which key it claims to be: the wrong one claims the same, so that its signature is what is refused. */
function publicParts(key: Secret): { kid?: string; alg?: string } {
  try {
    const { kid, alg } = JSON.parse(key.reveal()) as { kid?: unknown; alg?: unknown };
    return { ...(typeof kid === "string" ? { kid } : {}), ...(typeof alg === "string" ? { alg } : {}) };
  } catch {
    // The error would quote the key.
    throw new CurfewError("reference-unresolved", "The private key is not a JSON Web Key.", { detail: "private key" });
  }
}

interface Question {
  address: TenantAddress;
  login: Login;
  endpoint: ProbeEndpoint;
  way: "body" | "basic" | "assertion";
}

const ask = (question: Question, parts: ProbeParts, signal: AbortSignal): Promise<ProbeAnswer> =>
  orUnknown<ProbeAnswer>(() => askOnce(question, parts, signal), parts, signal);

async function askOnce(question: Question, parts: ProbeParts, signal: AbortSignal): Promise<ProbeAnswer> {
  const { address, login, endpoint } = question;
  const path = `/oauth/${endpoint}`;
  const answer = await exchange(
    {
      method: "POST",
      url: tenantUrl(address, path),
      label: `POST ${path}`,
      ...(await requestOf(question, parts)),
    },
    parts,
    signal,
  );
  const said = endpoint === "revoke" ? revokeAnswer(answer) : tokenAnswer(answer);
  if (said) return { answer: said };
  throw tokenError(answer, login.clientId, address.domain, parts.clock);
}

async function requestOf({ address, login, endpoint, way }: Question, { clock }: ProbeParts) {
  const headers: Record<string, string> = { "content-type": "application/x-www-form-urlencoded" };
  const body = new URLSearchParams({ client_id: login.clientId, ...NONSENSE[endpoint]() });
  if (login.method === "private-key") {
    body.set("client_assertion_type", ASSERTION_TYPE);
    body.set("client_assertion", await clientAssertion(login, address.domain, clock));
  } else if (way === "basic") {
    body.delete("client_id");
    headers.authorization = basicAuthorization(login.clientId, login.secret);
  } else {
    body.set("client_secret", login.secret.reveal());
  }
  return { headers, body: body.toString() };
}

/** What is asked for: something that cannot exist, so that nothing is revoked and nothing is given out. */
const NONSENSE: Readonly<Record<ProbeEndpoint, () => Record<string, string>>> = {
  revoke: () => ({ token: nonsense() }),
  token: () => ({ grant_type: "authorization_code", code: nonsense(), redirect_uri: "https://curfew.invalid/" }),
};

const nonsense = (): string => randomBytes(32).toString("base64url");

type Said = "accepted" | "refused" | undefined;

/** Source: Auth0 documentation, "Revoke refresh token": 200 with an empty body; RFC 7009, 2.2. */
const revokeAnswer = (answer: Answer): Said => (answer.status === 200 ? "accepted" : refusal(answer));

/** The client authenticated, and the code is unknown or this grant type is not the client's. Source: RFC 6749, 5.2. */
function tokenAnswer(answer: Answer): Said {
  const error = errorOf(answer);
  const isClientError = answer.status === 400 || answer.status === 403;
  if (isClientError && (error === "invalid_grant" || error === "unauthorized_client")) return "accepted";
  return refusal(answer);
}

/** Client authentication failed. Auth0 was seen to answer with both words. */
function refusal(answer: Answer): Said {
  const error = errorOf(answer);
  return answer.status === 401 && (error === "access_denied" || error === "invalid_client") ? "refused" : undefined;
}

function errorOf({ body }: Answer): string | undefined {
  if (typeof body !== "object" || body === null || !("error" in body)) return undefined;
  return typeof body.error === "string" ? body.error : undefined;
}
