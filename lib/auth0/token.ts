import { decodeJwt } from "jose";
import * as z from "zod";
import type { Clock } from "../model/clock.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { Secret } from "../model/secret.ts";
import { tokenError } from "./answer-error.ts";
import { basicAuthorization } from "./basic-authorization.ts";
import { ASSERTION_TYPE, clientAssertion } from "./client-assertion.ts";
import { type ExchangeParts, exchange } from "./exchange.ts";
import type { Login } from "./login.ts";
import { managementAudience, type TenantAddress, tenantUrl } from "./tenant-address.ts";

/** An access token. */
export interface AccessToken {
  value: Secret;
  /** What the token may do; undefined when Auth0 did not say. */
  scopes: ReadonlySet<string> | undefined;
  /** Until when it is used, a little before its end: milliseconds since the epoch, by the clock of this machine. */
  expiresAt: number;
}

const answerShape = z.object({
  // Anything else could not be sent in a header.
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.number().positive().optional().catch(undefined),
  scope: z.string().optional().catch(undefined),
});

/** Auth0's default lifetime of a Management API token, for an answer that does not say. */
const DEFAULT_LIFETIME_SECONDS = 86_400;

/** How a client secret is sent: an application is set to one of the two. A private key is always in the body. */
export type TokenWay = "body" | "basic";

/**
 * Asks the tenant for a token: one attempt. A private key signs a new assertion each time.
 *
 * @param wanted left out: a token for the Management API, with the secret in the body
 * @throws CurfewError `credentials-refused`, `no-grant`, `throttled`, `unreachable`, `timed-out`, `service-failed`,
 * `unexpected-answer`, or `reference-unresolved` for an unusable private key.
 */
export async function requestToken(
  address: TenantAddress,
  login: Login,
  parts: ExchangeParts,
  signal: AbortSignal,
  { audience = managementAudience(address.domain), way = "body" }: { audience?: string; way?: TokenWay } = {},
): Promise<AccessToken> {
  const askedAt = parts.clock.now();
  const { headers, fields } = await authentication(login, way, address.domain, parts.clock);
  const answer = await exchange(
    {
      method: "POST",
      url: tenantUrl(address, "/oauth/token"),
      label: "POST /oauth/token",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body: new URLSearchParams({ grant_type: "client_credentials", ...fields, audience }).toString(),
    },
    parts,
    signal,
  );
  if (answer.status < 200 || answer.status >= 300)
    throw tokenError(answer, login.clientId, address.domain, parts.clock);
  return readToken(answer.body, askedAt);
}

/** How an application says who it is. */
interface Authentication {
  headers: Record<string, string>;
  fields: Record<string, string>;
}

async function authentication(login: Login, way: TokenWay, domain: string, clock: Clock): Promise<Authentication> {
  const { clientId: client_id } = login;
  if (login.method === "private-key") {
    const assertion = {
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await clientAssertion(login, domain, clock),
    };
    return { headers: {}, fields: { client_id, ...assertion } };
  }
  if (way === "basic") return { headers: { authorization: basicAuthorization(client_id, login.secret) }, fields: {} };
  return { headers: {}, fields: { client_id, client_secret: login.secret.reveal() } };
}

function readToken(body: unknown, askedAt: number): AccessToken {
  const parsed = answerShape.safeParse(body);
  if (!parsed.success) {
    throw new CurfewError("unexpected-answer", "The answer to POST /oauth/token holds no access token.", {
      retryable: true,
      detail: "no access token in the answer",
    });
  }
  const { access_token, expires_in, scope } = parsed.data;
  const scopes = scope ?? scopeClaim(access_token);
  return {
    value: new Secret(access_token),
    scopes: scopes === undefined ? undefined : new Set(scopes.split(" ").filter(Boolean)),
    expiresAt: askedAt + usableFor(expires_in ?? DEFAULT_LIFETIME_SECONDS),
  };
}

/** Milliseconds for which a token is used: not to its very end, since a request is under way for a while. */
const usableFor = (lifetime: number): number => lifetime * 1000 - Math.min(LONGEST_MARGIN, lifetime * 100);

/** The margin is a tenth of the lifetime, and at most as long as a request may take. Milliseconds. */
const LONGEST_MARGIN = 10_000;

/** The scopes written into the token itself, when it is a JWT. It came straight from its issuer: nothing to verify. */
function scopeClaim(token: string): string | undefined {
  try {
    const { scope } = decodeJwt(token);
    return typeof scope === "string" ? scope : undefined;
  } catch {
    return undefined; // an opaque token says nothing, and that is a valid answer
  }
}
