import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { importJWK, type JWK, SignJWT } from "jose";

/** The order in which the values of a secret are tried: where the right one nearly always is comes first. */
export const LABELS = ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"] as const;
export type Label = (typeof LABELS)[number];

/** How long a value is kept. Shorter than the overlap of a key, so that nobody signs with one that is taken away. */
export const KEEP = 5 * 60_000;

/** How long it goes on after Auth0 refused: for 30 s after a change Auth0 may accept the old value or the new one. */
export const PERSIST = 45_000;

/** Pauses between rounds double from the first to the longest, so that many callers do not flood Auth0. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;

/** How long everybody is told at once that every value is refused, before anybody asks Auth0 again. */
export const REST = 5_000;

/** How long before its end a token is replaced, at most; one that lives for minutes only is kept for nine tenths. */
const EARLY = 60_000;

/** What a consumer works with. */
export interface ConsumerPorts {
  /** The value that bears a label; undefined where none does. */
  read(label: Label): Promise<string | undefined>;
  /** In milliseconds. */
  clock: { now(): number; sleep(milliseconds: number): Promise<void> };
}

/**
 * Uses a value once: gives what came of it, or undefined when Auth0 refused the value. Rejects for anything else. The
 * signal is that of whoever waits for it.
 */
export type Attempt<Answer> = (value: string, signal?: AbortSignal) => Promise<Answer | undefined>;

/** Makes an attempt with the right value; a signal, for instance `AbortSignal.timeout(5_000)`, ends the waiting. */
export type WithSecret = <Answer>(attempt: Attempt<Answer>, signal?: AbortSignal) => Promise<Answer>;

/**
 * Lets an application use a secret that is rotated, without a failure and without a restart. Make one for each secret
 * and keep it: it holds the value in memory, and callers that come together share one reading and one search.
 *
 * @returns a function that makes an attempt with the right value. It rejects with what the attempt or the first
 *   reading rejected with, with the reason of the signal, or with an error of its own when every stored value was
 *   refused for 45 s, and for 5 s after that
 * @example
 * const withSecret = consumeSecret({ read: secretsManager(client, "apps/checkout/auth0"), clock: machineClock });
 * const token = tokens(withSecret, { domain: "acme.eu.auth0.com", clientId: "jkl", audience: "https://orders" });
 * const accessToken = await token(AbortSignal.timeout(5_000));
 */
export function consumeSecret({ read, clock }: ConsumerPorts): WithSecret {
  let kept: { value: string; since: number } | undefined;
  let search: Promise<unknown> | undefined;
  let rest: { error: Error; until: number } | undefined;
  const readings = new Map<Label, Promise<string | undefined>>();

  function readTogether(label: Label): Promise<string | undefined> {
    const reading = readings.get(label) ?? read(label).finally(() => readings.delete(label));
    readings.set(label, reading);
    return reading;
  }

  function keep(value: string): string {
    kept = { value, since: clock.now() };
    return value;
  }

  /** The kept value, or what is under AWSCURRENT. An old one is better than none while Secrets Manager is away. */
  async function firstValue(): Promise<string> {
    if (kept && clock.now() - kept.since < KEEP) return kept.value;
    try {
      const value = await readTogether("AWSCURRENT");
      if (value !== undefined) return keep(value);
    } catch (error) {
      if (!kept) throw error;
    }
    if (!kept) throw new Error("The secret has no value under AWSCURRENT.");
    return kept.value;
  }

  /** Attempts it with each stored value that was not refused in this round. */
  async function attemptAll<Answer>(
    attempt: Attempt<Answer>,
    round: Round,
    signal?: AbortSignal,
  ): Promise<Answer | undefined> {
    for (const label of LABELS) {
      const value = await readTogether(label).catch((error: unknown) => {
        round.problem = error; // another label may still have the right value
        return undefined;
      });
      signal?.throwIfAborted();
      if (value === undefined || round.refused.has(value)) continue;
      const answer = await attempt(value, signal);
      if (answer !== undefined) {
        keep(value);
        return answer;
      }
      round.refused.add(value);
    }
    return undefined;
  }

  /** Goes round until a value is accepted. */
  async function searchFor<Answer>(attempt: Attempt<Answer>, refused: string, signal?: AbortSignal): Promise<Answer> {
    const end = clock.now() + PERSIST;
    let round: Round = { refused: new Set([refused]) };
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const answer = await attemptAll(attempt, round, signal);
      if (answer !== undefined) return answer;
      const left = end - clock.now();
      if (left <= 0) {
        const error = new Error("Auth0 refuses every stored value of the secret.", { cause: round.problem });
        rest = { error, until: clock.now() + REST };
        throw error;
      }
      await clock.sleep(Math.min(pause, left));
      round = { refused: new Set() }; // the next server that is asked may accept what this one refused
    }
  }

  async function use<Answer>(attempt: Attempt<Answer>, signal?: AbortSignal): Promise<Answer> {
    for (;;) {
      if (rest && clock.now() < rest.until) throw rest.error;
      const value = await firstValue();
      signal?.throwIfAborted();
      const answer = await attempt(value, signal);
      if (answer !== undefined) return answer;
      if (!search) {
        const own = searchFor(attempt, value, signal).finally(() => {
          search = undefined;
        });
        search = own;
        return own;
      }
      await search.catch(() => undefined); // whose search it is hears of its failure; here the next attempt tells
    }
  }

  return async (attempt, signal) => {
    signal?.throwIfAborted();
    return unlessAborted(use(attempt, signal), signal);
  };
}

/** Waits for what others may wait for too, and no longer than the signal allows. */
function unlessAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** What one look at all labels has shown so far. */
interface Round {
  refused: Set<string>;
  /** Why a label could not be read. */
  problem?: unknown;
}

export const machineClock: ConsumerPorts["clock"] = {
  now: Date.now,
  sleep: (milliseconds) => delay(milliseconds),
};

/** Reads a secret of AWS Secrets Manager. The role needs `secretsmanager:GetSecretValue` on it, for every label. */
export function secretsManager(client: SecretsManagerClient, secret: string): ConsumerPorts["read"] {
  return async (label) => {
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secret, VersionStage: label }));
      return SecretString;
    } catch (error) {
      // Nothing bears the label, or a rotation has just begun and its value is not stored yet.
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };
}

/** Who asks for a token, and for what. */
export interface TokenRequest {
  domain: string;
  clientId: string;
  audience: string;
  /** Where the tenant answers, if not under its domain. */
  origin?: string;
  /** Milliseconds since the Unix epoch; the machine's when left out. */
  now?: () => number;
}

/** An access token, and for how many seconds it is good. */
export interface Token {
  accessToken: string;
  lifetime: number;
}

/**
 * Gives an access token: one and the same until shortly before it expires. Callers that come together share a request.
 *
 * @returns a function whose signal ends the caller's waiting; the request goes on for the others
 */
export function tokens(withSecret: WithSecret, request: TokenRequest): (signal?: AbortSignal) => Promise<string> {
  const { now = Date.now } = request;
  const attempt = tokenFor(request);
  let kept: { accessToken: string; until: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const asked = now();
    const { accessToken, lifetime } = await withSecret(attempt);
    kept = { accessToken, until: asked + Math.max(lifetime * 1000 - EARLY, lifetime * 900) };
    return accessToken;
  }

  return async (signal) => {
    signal?.throwIfAborted();
    if (kept && now() < kept.until) return kept.accessToken;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return unlessAborted(asking, signal);
  };
}

/** Asks for a new access token with the credential that the secret holds. */
export function tokenFor(request: TokenRequest): Attempt<Token> {
  const { domain, clientId, audience, origin = `https://${domain}` } = request;
  return async (stored, signal) => {
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      audience,
      ...(await authentication(stored, request)),
    });
    const limit = AbortSignal.timeout(10_000);
    const response = await fetch(`${origin}/oauth/token`, {
      method: "POST",
      body,
      redirect: "error", // the body has the secret, and is for nobody else
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    // Auth0 was seen to say both; with status 403 `access_denied` means that the grant is missing.
    if (response.status === 401 && (answer.error === "invalid_client" || answer.error === "access_denied")) return;
    const { access_token: accessToken, expires_in: lifetime } = answer;
    if (typeof accessToken !== "string") throw new Error(`Auth0 gave no token: status ${response.status}.`);
    return { accessToken, lifetime: typeof lifetime === "number" ? lifetime : 0 };
  };
}

/** A stored value is the client secret itself, or JSON with `clientSecret` or `privateKeyJwk`, or a JSON Web Key. */
async function authentication(stored: string, request: TokenRequest): Promise<Record<string, string>> {
  if (!stored.trimStart().startsWith("{")) return { client_secret: stored.trim() };
  const fields = parse(stored);
  if (fields.clientSecret) return { client_secret: fields.clientSecret };
  const key = fields.privateKeyJwk ?? fields;
  return {
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: await assertion(typeof key === "string" ? parse(key) : key, request),
  };
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("The stored value is not valid JSON."); // the parser's own message would quote it
  }
}

/** Good for one request: Auth0 takes each `jti` once. */
async function assertion(key: JWK, { clientId, domain, now = Date.now }: TokenRequest): Promise<string> {
  const { alg = "RS256", kid } = key;
  const seconds = Math.floor(now() / 1000);
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg, ...(kid ? { kid } : {}) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(`https://${domain}/`)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 60)
    .sign(await importJWK(key, alg));
}
