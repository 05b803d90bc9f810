import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import type { TenantContext } from "../tenant-context.ts";
import { keyPairOf } from "./signing-keys.ts";

/** Why a Management API token is not accepted, or what it says. */
export type TokenVerdict = { kind: "valid"; claims: JWTPayload } | { kind: "expired" } | { kind: "invalid" };

interface VerifiedToken {
  kid: string;
  claims: JWTPayload;
}

/** Signatures that were checked already. More than a test run needs; the oldest make room. */
const REMEMBERED_TOKENS = 2_000;

/**
 * Makes the function that judges bearer tokens of the Management API. A signature is checked once;
 * whether the key was revoked and the token has expired is asked each time.
 */
export function createTokenVerifier(context: TenantContext): (token: string) => Promise<TokenVerdict> {
  const remembered = new Map<string, VerifiedToken>();
  return async (token) => {
    const verified = remembered.get(token) ?? (await verifySignature(context, token));
    if (!verified) return { kind: "invalid" };
    if (remembered.size >= REMEMBERED_TOKENS) remembered.clear();
    remembered.set(token, verified);
    const key = context.state.signingKeys.find(({ kid }) => kid === verified.kid);
    if (!key || key.revoked) return { kind: "invalid" };
    if ((verified.claims.exp ?? 0) * 1000 <= context.clock.now()) return { kind: "expired" };
    return { kind: "valid", claims: verified.claims };
  };
}

/** Signature, issuer and audience; time is judged by the caller. */
async function verifySignature(context: TenantContext, token: string): Promise<VerifiedToken | undefined> {
  try {
    const { kid } = decodeProtectedHeader(token);
    const pair = kid === undefined ? undefined : await keyPairOf(context, kid);
    if (kid === undefined || !pair) return undefined;
    const { payload } = await jwtVerify(token, pair.publicKey, {
      issuer: context.issuer,
      audience: context.managementAudience,
      algorithms: ["RS256", "RS512", "PS256"],
      currentDate: new Date(0),
    });
    return { kid, claims: payload };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}
