import { createHash, createPublicKey, type JsonWebKey } from "node:crypto";
import type { CurfewError } from "../../model/curfew-error.ts";
import type { Secret } from "../../model/secret.ts";
import { refusedError } from "../refusal.ts";

/** The half of a stored private key that may be shown. */
export interface PublicKey {
  kid: string;
  pem: string;
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
  const { kty, n, e } = parse(privateKeyJwk);
  if (kty !== "RSA") throw unusable();
  try {
    const key = createPublicKey({ key: { kty, n, e } as JsonWebKey, format: "jwk" });
    const kid =
      namedKid(privateKeyJwk) ?? createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url");
    return { kid, pem: key.export({ type: "spki", format: "pem" }).toString() };
  } catch {
    throw unusable(); // the cause is not kept: it may quote the key
  }
}

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
