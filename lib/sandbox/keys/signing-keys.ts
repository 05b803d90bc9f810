import { createHash } from "node:crypto";
import type { JsonObject, SigningKeyRecord } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import { type KeyPair, keyPair } from "./key-pool.ts";

/** Stands where Auth0 shows a certificate: the sandbox has keys but issues no certificates. */
export const NO_CERTIFICATE = "[sandbox: no certificate]";

/** The flags of a key that has no role. */
const NO_ROLE = { current: false, next: false, previous: false, revoked: false };

/**
 * Makes a signing key. Fingerprint and thumbprint are derived from the `kid`: there is no certificate
 * that they could be taken from.
 */
export function newSigningKey(kid: string, fields: Partial<SigningKeyRecord>): SigningKeyRecord {
  const thumbprint = createHash("sha1").update(kid).digest("hex").toUpperCase();
  const fingerprint = thumbprint.match(/../g)?.join(":") ?? "";
  return { kid, cert: NO_CERTIFICATE, pkcs7: NO_CERTIFICATE, fingerprint, thumbprint, ...NO_ROLE, ...fields };
}

/** The key pair behind a `kid`, or undefined where the tenant does not know it. */
export async function keyPairOf(context: TenantContext, kid: string): Promise<KeyPair | undefined> {
  const known = context.state.signingKeys.some((key) => key.kid === kid);
  if (!known) return undefined;
  const { keyPairs } = context.state;
  const index = keyPairs.get(kid) ?? keyPairs.size;
  keyPairs.set(kid, index);
  return keyPair(index);
}

/** The key that signs now. */
export function currentSigningKey(context: TenantContext): SigningKeyRecord {
  const current = context.state.signingKeys.find((key) => key.current);
  if (!current) throw new Error(`The sandbox tenant ${context.name} has no current signing key.`);
  return current;
}

/** The public keys that verify tokens: current, next, and previous ones until they are revoked. */
export async function publicKeySet(context: TenantContext): Promise<{ keys: JsonObject[] }> {
  const shown = context.state.signingKeys.filter((key) => !key.revoked && (key.current || key.next || key.previous));
  const keys = shown.map(async ({ kid }) => {
    const pair = await keyPairOf(context, kid);
    return { ...pair?.publicKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid };
  });
  return { keys: await Promise.all(keys) };
}

/** The next key becomes current, the current one previous; an older previous key loses its role. */
export function rotateSigningKeys(context: TenantContext): SigningKeyRecord {
  const { signingKeys } = context.state;
  const now = new Date(context.clock.now()).toISOString();
  for (const key of signingKeys) {
    if (key.previous) key.previous = false;
    if (key.current) Object.assign(key, { current: false, previous: true, current_until: now });
    if (key.next) Object.assign(key, { next: false, current: true, current_since: now });
  }
  signingKeys.push(newSigningKey(context.text.keyId(), { next: true }));
  return currentSigningKey(context);
}
