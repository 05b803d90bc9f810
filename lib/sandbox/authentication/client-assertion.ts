import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import { readPublicKey } from "../state/new-credential.ts";
import type { ClientRecord, CredentialRecord } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";

/** RFC 7523: the `client_assertion_type` of a signed client assertion. */
export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Auth0 docs: assertions are refused above this size. Bytes. */
const LARGEST_ASSERTION = 2_048;
/** Auth0 docs: an assertion lives five minutes at most. Seconds. */
const LONGEST_ASSERTION_LIFETIME = 300;
const ALGORITHMS = ["RS256", "RS384", "PS256"];

/** The client that an assertion claims to be from; undefined when it cannot be read. */
export function assertionSubject(assertion: string | undefined): string | undefined {
  if (assertion === undefined) return undefined;
  try {
    return decodeJwt(assertion).sub;
  } catch {
    return undefined;
  }
}

/**
 * Checks a client assertion: signed by a key that is attached and has not expired, issued by the client for
 * this tenant, short-lived, and never seen before.
 *
 * @returns what is wrong with it, or undefined when it is accepted
 */
export async function checkAssertion(
  context: TenantContext,
  client: ClientRecord,
  assertion: string,
): Promise<string | undefined> {
  if (Buffer.byteLength(assertion) > LARGEST_ASSERTION) return "The client assertion is too large";
  if (context.state.features.privateKeyJwt !== true) return "The tenant does not have private key JWT authentication";
  const claims = await verifiedClaims(context, client, assertion);
  if (claims === undefined) return "The client assertion is not signed by a registered key of the client";
  return checkClaims(context, client, claims);
}

function checkClaims(context: TenantContext, client: ClientRecord, claims: JWTPayload): string | undefined {
  const now = context.clock.now() / 1000;
  const { iss, sub, aud, exp, jti } = claims;
  if (iss !== client.client_id || sub !== client.client_id) return "iss and sub must be the client's id";
  if (![aud].flat().includes(context.issuer)) return `aud must be ${context.issuer}`;
  if (exp === undefined || exp <= now) return "The client assertion has expired";
  if (exp - now > LONGEST_ASSERTION_LIFETIME) return "The client assertion lives too long";
  if (jti === undefined || jti === "") return "The client assertion has no jti";
  return useOnce(context, `${client.client_id} ${jti}`, exp) ? undefined : "The jti was used before";
}

/** Notes that an assertion was used; false when it had been used already. `expires` in seconds. */
function useOnce({ clock, state: { usedAssertions } }: TenantContext, name: string, expires: number): boolean {
  const now = clock.now();
  for (const [used, forgetAt] of usedAssertions) if (forgetAt <= now) usedAssertions.delete(used);
  if (usedAssertions.has(name)) return false;
  usedAssertions.set(name, expires * 1000);
  return true;
}

/** The claims, if an attached key of the client signed them. Times are judged elsewhere, on the sandbox's clock. */
async function verifiedClaims(
  context: TenantContext,
  client: ClientRecord,
  assertion: string,
): Promise<JWTPayload | undefined> {
  for (const credential of usableCredentials(context, client, kidOf(assertion))) {
    const key = readPublicKey(credential.pem);
    if (!key) continue;
    try {
      const options = { algorithms: [credential.alg ?? "RS256"].filter((alg) => ALGORITHMS.includes(alg)) };
      return (await jwtVerify(assertion, key, { ...options, currentDate: new Date(0) })).payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
  }
  return undefined;
}

/** Attached keys that have not expired, those with another `kid` than the assertion's left out. */
function usableCredentials(context: TenantContext, client: ClientRecord, kid: string | undefined): CredentialRecord[] {
  const attached = client.client_authentication_methods?.private_key_jwt?.credentials ?? [];
  const now = context.clock.now();
  return (context.state.credentials.get(client.client_id) ?? []).filter(
    (credential) =>
      attached.some(({ id }) => id === credential.id) &&
      (kid === undefined || credential.kid === kid) &&
      !(credential.expires_at && Date.parse(credential.expires_at) <= now),
  );
}

function kidOf(assertion: string): string | undefined {
  try {
    return decodeProtectedHeader(assertion).kid;
  } catch {
    return undefined;
  }
}
