import { createHash, generateKeyPairSync } from "node:crypto";
import { Secret } from "../../../lib/model/secret.ts";
import type { NewKey } from "../../../lib/rotation/ports.ts";

/** A key pair made beforehand. */
export interface PreparedKey {
  kid: string;
  jwk: string;
  pem: string;
}

/**
 * Key pairs, far too small to be used and quick to make: nobody signs with them here.
 *
 * @param count how many
 */
export function prepareKeys(count: number): readonly PreparedKey[] {
  return Array.from({ length: count }, () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 512 });
    const { e, kty, n } = publicKey.export({ format: "jwk" });
    const kid = createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url"); // RFC 7638
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    return { kid, jwk: JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid, alg: "RS256" }), pem };
  });
}

export const newKeyOf = ({ kid, jwk }: PreparedKey): NewKey => ({ kid, privateKeyJwk: new Secret(jwk) });
