import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import type { CurfewError } from "../../model/curfew-error.ts";
import type { Secret } from "../../model/secret.ts";
import { refusedError } from "../refusal.ts";

/** The half of a stored private key that may be shown. */
export interface PublicKey {
  kid: string;
  pem: string;
}

/** The same to compare with. */
export interface ComparableKey {
  kid: string;
  key: KeyObject;
}

/** The `kid` that a stored private key names itself; undefined where it names none. */
export function namedKid(privateKeyJwk: Secret): string | undefined {
  const { kid } = parse(privateKeyJwk);
  return typeof kid === "string" ? kid : undefined;
}

/**
 * The public half of a stored private key. A key without a `kid` goes by its RFC 7638 thumbprint, as new ones do.
 *
 * @throws CurfewError `rotation-refused` (`payload-unusable`) when it is no usable RSA key
 */
export function publicKeyOf(privateKeyJwk: Secret): PublicKey {
  const jwk = parse(privateKeyJwk);
  const pem = publicHalf(jwk).export({ type: "spki", format: "pem" }).toString();
  return { kid: kidIn(jwk), pem };
}

/**
 * The same to compare with, at half the cost: nothing is written out.
 *
 * @throws CurfewError `rotation-refused` (`payload-unusable`) when it is no usable RSA key
 */
export function comparableKey(privateKeyJwk: Secret): ComparableKey {
  const jwk = parse(privateKeyJwk);
  return { kid: kidIn(jwk), key: publicHalf(jwk) };
}

function publicHalf({ kty, n, e }: JsonWebKey): KeyObject {
  if (kty !== "RSA") throw unusable();
  try {
    return createPublicKey({ key: { kty, n, e } as JsonWebKey, format: "jwk" });
  } catch {
    throw unusable(); // the cause is not kept: it may quote the key
  }
}

const kidIn = ({ kid, kty, n, e }: JsonWebKey): string =>
  typeof kid === "string" ? kid : createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url");

function parse(privateKeyJwk: Secret): JsonWebKey {
  try {
    return JSON.parse(privateKeyJwk.reveal()) as JsonWebKey;
  } catch {
    throw unusable(); // a syntax error would quote the key
  }
}

const unusable = (): CurfewError =>
  refusedError({
    refusal: "payload-unusable",
    message: "The stored private key is not a usable RSA key in the form of a JSON Web Key.",
  });
