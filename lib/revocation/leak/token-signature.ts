import { compactVerify, type decodeProtectedHeader, errors, importJWK } from "jose";
import type { readTenantKeys } from "../../auth0/tenant-keys.ts";
import { CurfewError } from "../../model/curfew-error.ts";

/** Whether a token is the tenant's own. A token whose signature is wrong gets none of these: it starts nothing. */
export type TokenSignature =
  | { status: "verified" }
  | {
      status: "unverifiable";
      /** Why, in words that go into a sentence. Everything else in these facts is then only what the token says. */
      why: string;
    };

/** What an API's tokens may be signed with that public keys verify. Source: `signing_alg` of `resource-servers`. */
const PUBLIC_ALGORITHMS: readonly unknown[] = ["RS256", "RS512", "PS256"];

/**
 * Judges whether the tenant signed a token.
 *
 * @throws CurfewError `token-refused` for one that it did not sign; `interrupted`
 */
export async function judgeSignature(
  token: string,
  header: ReturnType<typeof decodeProtectedHeader>,
  readKeys: () => ReturnType<typeof readTenantKeys>,
): Promise<TokenSignature> {
  const { alg, kid } = header;
  if (alg === "none") throw forged();
  if (alg === "HS256") return unverifiable("it is signed with a secret that only its API and Auth0 have");
  if (alg === undefined || !PUBLIC_ALGORITHMS.includes(alg)) return unverifiable("Auth0 signs no token in this way");
  if (kid === undefined) return unverifiable("it does not say with which key it is signed");
  const keys = await unlessUnknown(readKeys);
  if ("why" in keys) return unverifiable(keys.why);
  const key = keys.find((candidate) => candidate.kid === kid);
  if (!key) return unverifiable("its key is not among those that the tenant publishes: rotated long ago, or revoked");
  try {
    await compactVerify(token, await importJWK(key, alg), { algorithms: [alg] });
    return { status: "verified" };
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) throw forged();
    return unverifiable("its signature cannot be checked with the key that it names");
  }
}

const unverifiable = (why: string): TokenSignature => ({ status: "unverifiable", why });

/** A tenant that does not answer must not keep a person from containing a leak: they can name the application. */
async function unlessUnknown<T>(read: () => Promise<T>): Promise<T | { why: string }> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
    return { why: `the tenant's keys could not be read: ${error.detail ?? error.code}` };
  }
}

const forged = (): CurfewError =>
  new CurfewError("token-refused", "The tenant did not sign this token: it is forged, or damaged.", {
    detail: "wrong signature",
  });
