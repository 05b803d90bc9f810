import { calculateJwkThumbprint, exportSPKI, importJWK, type JWK } from "jose";
import { CurfewError } from "../model/curfew-error.ts";
import type { Secret } from "../model/secret.ts";
import { KEY_ALGORITHM } from "./new-credential.ts";

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
 * @throws CurfewError `reference-unresolved` when it is no usable RSA key
 */
export async function publicKeyOf(privateKeyJwk: Secret): Promise<PublicKey> {
  const { kty, n, e } = parse(privateKeyJwk);
  const half = { kty, n, e } as JWK;
  try {
    const key = await importJWK(half, KEY_ALGORITHM, { extractable: true });
    if (key instanceof Uint8Array) throw unusable();
    const kid = namedKid(privateKeyJwk) ?? (await calculateJwkThumbprint(half));
    return { kid, pem: await exportSPKI(key) };
  } catch {
    throw unusable(); // the cause is not kept: it may quote the key
  }
}

function parse(privateKeyJwk: Secret): JWK {
  try {
    return JSON.parse(privateKeyJwk.reveal()) as JWK;
  } catch {
    throw unusable(); // a syntax error would quote the key
  }
}

const unusable = (): CurfewError =>
  new CurfewError(
    "reference-unresolved",
    "The stored private key is not a usable RSA key in the form of a JSON Web Key.",
    {
      detail: "private key",
    },
  );
