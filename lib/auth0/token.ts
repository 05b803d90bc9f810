import { decodeJwt } from "jose";
import * as z from "zod";
import type { Clock } from "../model/clock.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { Secret } from "../model/secret.ts";
import { tokenError } from "./answer-error.ts";
import { ASSERTION_TYPE, clientAssertion } from "./client-assertion.ts";
import { type ExchangeParts, exchange } from "./exchange.ts";
import type { Login } from "./login.ts";
import { managementAudience, type TenantAddress, tenantUrl } from "./tenant-address.ts";

/** An access token of the Management API. */
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

/**
 * Asks the tenant for a Management API token: one attempt. A private key signs a new assertion each time.
 *
 * @throws CurfewError `credentials-refused`, `no-grant`, `throttled`, `unreachable`, `timed-out`, `service-failed`,
 * `unexpected-answer`, or `reference-unresolved` for an unusable private key.
 */
export async function requestToken(
  address: TenantAddress,
  login: Login,
  parts: ExchangeParts,
  signal: AbortSignal,
): Promise<AccessToken> {
  const askedAt = parts.clock.now();
  const answer = await exchange(
    {
      method: "POST",
      url: tenantUrl(address, "/oauth/token"),
      label: "POST /oauth/token",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: login.clientId,
        audience: managementAudience(address.domain),
        ...(await authentication(login, address.domain, parts.clock)),
      }).toString(),
    },
    parts,
    signal,
  );
  if (answer.status < 200 || answer.status >= 300)
    throw tokenError(answer, login.clientId, address.domain, parts.clock);
  return readToken(answer.body, askedAt);
}

async function authentication(login: Login, domain: string, clock: Clock): Promise<Record<string, string>> {
  if (login.method === "client-secret") return { client_secret: login.secret.reveal() };
  return {
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await clientAssertion(login, domain, clock),
  };
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
