import { randomUUID } from "node:crypto";
import { importJWK, type JWK, SignJWT } from "jose";
import type { Clock } from "../model/clock.ts";
import { CurfewError } from "../model/curfew-error.ts";
import type { Secret } from "../model/secret.ts";

/** Auth0 accepts assertions of at most five minutes; one minute is enough for one request. */
const LIFETIME_SECONDS = 60;

/** The algorithms that Auth0 accepts for `private_key_jwt`. Source: Auth0 documentation, "Private Key JWT". */
export const ALGORITHMS: readonly string[] = ["RS256", "RS384", "PS256"];

/** The value of `client_assertion_type`. Source: RFC 7523, section 2.2. */
export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * Signs an assertion by which an application proves its identity (`private_key_jwt`).
 * Its `jti` may be used once, so every attempt of a request needs a new assertion.
 *
 * @throws CurfewError `reference-unresolved` when the key is not a usable RSA key.
 */
export async function clientAssertion(
  login: { clientId: string; privateKeyJwk: Secret },
  domain: string,
  clock: Clock,
): Promise<string> {
  const jwk = readKey(login.privateKeyJwk);
  const now = Math.floor(clock.now() / 1000);
  const token = new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: jwk.alg ?? "RS256", ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) })
    .setIssuer(login.clientId)
    .setSubject(login.clientId)
    .setAudience(`https://${domain}/`)
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME_SECONDS);
  try {
    return await token.sign(await importJWK(jwk, jwk.alg ?? "RS256"));
  } catch {
    throw unusableKey(); // the cause is not kept: it may quote the key
  }
}

function readKey(key: Secret): JWK {
  try {
    const jwk: unknown = JSON.parse(key.reveal());
    if (isPrivateRsaKey(jwk)) return jwk;
  } catch {
    // Falls through to the one sentence below: a syntax error would quote the key.
  }
  throw unusableKey();
}

function isPrivateRsaKey(value: unknown): value is JWK {
  if (typeof value !== "object" || value === null) return false;
  const jwk = value as JWK;
  return jwk.kty === "RSA" && typeof jwk.d === "string" && (jwk.alg === undefined || ALGORITHMS.includes(jwk.alg));
}

/** What is said of a stored private key that cannot sign an assertion; nothing of the key is in it. */
export const unusableKey = (): CurfewError =>
  new CurfewError(
    "reference-unresolved",
    "The private key is not a usable RSA key; store it as a JSON Web Key with `d` and with `alg` RS256, RS384 or PS256.",
    { detail: "private key" },
  );
