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

/** What a consumer works with. */
export interface ConsumerPorts {
  /** The value that bears a label; undefined where none does. */
  read(label: Label): Promise<string | undefined>;
  /** In milliseconds. */
  clock: { now(): number; sleep(milliseconds: number): Promise<void> };
}

/** Uses a value once: gives what came of it, or undefined when Auth0 refused the value. Rejects for anything else. */
export type Attempt<Answer> = (value: string) => Promise<Answer | undefined>;

/**
 * Lets an application use a secret that is rotated, without a failure and without a restart. Make one for each secret
 * and keep it: it holds the value in memory, and callers that come together share one reading.
 *
 * @returns a function that makes an attempt with the right value. It rejects with what the attempt or the first
 *   reading rejected with, or with an error of its own when every stored value was refused for 45 s
 * @example
 * const withSecret = consumeSecret({ read: secretsManager(client, "apps/checkout/auth0"), clock: machineClock });
 * const token = await withSecret(tokenFor({ domain: "acme.eu.auth0.com", clientId: "jkl", audience: "https://orders" }));
 */
export function consumeSecret({ read, clock }: ConsumerPorts) {
  let kept: { value: string; since: number } | undefined;
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
  async function attemptAll<Answer>(attempt: Attempt<Answer>, round: Round): Promise<Answer | undefined> {
    for (const label of LABELS) {
      const value = await readTogether(label).catch((error: unknown) => {
        round.problem = error; // another label may still have the right value
        return undefined;
      });
      if (value === undefined || round.refused.has(value)) continue;
      const answer = await attempt(value);
      if (answer !== undefined) {
        keep(value);
        return answer;
      }
      round.refused.add(value);
    }
    return undefined;
  }

  return async function withSecret<Answer>(attempt: Attempt<Answer>): Promise<Answer> {
    const first = await firstValue();
    const answer = await attempt(first);
    if (answer !== undefined) return answer;

    const end = clock.now() + PERSIST;
    let round: Round = { refused: new Set([first]) };
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const answer = await attemptAll(attempt, round);
      if (answer !== undefined) return answer;
      const left = end - clock.now();
      if (left <= 0) throw new Error("Auth0 refuses every stored value of the secret.", { cause: round.problem });
      await clock.sleep(Math.min(pause, left));
      round = { refused: new Set() }; // the next server that is asked may accept what this one refused
    }
  };
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

/** Asks for an access token with the credential that the secret holds. Keep the token until it expires. */
export function tokenFor(request: TokenRequest): Attempt<string> {
  const { domain, clientId, audience, origin = `https://${domain}` } = request;
  return async (stored) => {
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      audience,
      ...(await authentication(stored, request)),
    });
    const response = await fetch(`${origin}/oauth/token`, {
      method: "POST",
      body,
      signal: AbortSignal.timeout(10_000),
    });
    const answer = (await response.json().catch(() => ({}))) as { access_token?: string; error?: string };
    // Auth0 was seen to say both; with status 403 `access_denied` means that the grant is missing.
    if (response.status === 401 && (answer.error === "invalid_client" || answer.error === "access_denied")) return;
    if (!answer.access_token) throw new Error(`Auth0 gave no token: status ${response.status}.`);
    return answer.access_token;
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
