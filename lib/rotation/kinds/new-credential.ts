import { randomBytes } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { Secret } from "../../model/secret.ts";
import type { NewKey } from "../ports.ts";

/** The algorithm of new keys, one of the three that Auth0 accepts. Source: Auth0 documentation, "Private Key JWT". */
const KEY_ALGORITHM = "RS256";

/** 384 random bits are 64 base64url characters; Auth0 was seen to accept such secrets. */
export const newSecret = (): Secret => new Secret(randomBytes(48).toString("base64url"));

/** A new RSA key pair of 2,048 bits. */
export async function newKey(): Promise<NewKey> {
  const { privateKey, publicKey } = await generateKeyPair(KEY_ALGORITHM, { modulusLength: 2048, extractable: true });
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey));
  const jwk = { ...(await exportJWK(privateKey)), kid, alg: KEY_ALGORITHM, use: "sig" };
  return { kid, privateKeyJwk: new Secret(JSON.stringify(jwk)) };
}
