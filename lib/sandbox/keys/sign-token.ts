import { type JWTPayload, SignJWT } from "jose";
import type { ResourceServerRecord } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import { currentSigningKey, keyPairOf } from "./signing-keys.ts";

/** Seconds that an access token lives when the API does not say. Auth0 docs: 24 hours. */
const DEFAULT_TOKEN_LIFETIME = 86_400;

/** What an access token is about. */
export interface TokenRequest {
  resourceServer: ResourceServerRecord;
  /** `<client id>@clients` or a user's id. */
  subject: string;
  clientId: string;
  scope: string;
  /** `client-credentials` for machines, absent for users. */
  grant?: string;
  organizationId?: string;
  /** Seconds; the API's `token_lifetime` when left out. */
  lifetime?: number;
  /** The identifier that the log event names; made up when left out. */
  tokenId: string;
}

/** A signed access token and the seconds it lives. */
export interface IssuedToken {
  accessToken: string;
  expiresIn: number;
}

/**
 * Signs an access token in the API's dialect with its algorithm.
 * Auth0's own profile has `azp` and `gty`; the RFC 9068 profile has `client_id` and `jti` instead.
 */
export async function signToken(context: TenantContext, request: TokenRequest): Promise<IssuedToken> {
  const { resourceServer } = request;
  const expiresIn = request.lifetime ?? resourceServer.token_lifetime ?? DEFAULT_TOKEN_LIFETIME;
  const issuedAt = Math.floor(context.clock.now() / 1000);
  const claims: JWTPayload = {
    iss: context.issuer,
    sub: request.subject,
    aud: resourceServer.identifier,
    iat: issuedAt,
    exp: issuedAt + expiresIn,
    ...(request.scope === "" ? {} : { scope: request.scope }),
    ...(request.organizationId === undefined ? {} : { org_id: request.organizationId }),
    ...dialectClaims(request),
  };
  return { accessToken: await sign(context, resourceServer, claims), expiresIn };
}

function dialectClaims(request: TokenRequest): JWTPayload {
  const dialect = request.resourceServer.token_dialect ?? "access_token";
  const permissions = dialect.endsWith("_authz") ? { permissions: request.scope.split(" ").filter(Boolean) } : {};
  if (dialect.startsWith("rfc9068")) return { client_id: request.clientId, jti: request.tokenId, ...permissions };
  return { azp: request.clientId, ...(request.grant === undefined ? {} : { gty: request.grant }), ...permissions };
}

async function sign(context: TenantContext, resourceServer: ResourceServerRecord, claims: JWTPayload): Promise<string> {
  const alg = resourceServer.signing_alg ?? "RS256";
  const typ = resourceServer.token_dialect?.startsWith("rfc9068") ? "at+jwt" : "JWT";
  const token = new SignJWT(claims);
  if (alg === "HS256") {
    const secret = new TextEncoder().encode(resourceServer.signing_secret ?? "");
    return token.setProtectedHeader({ alg, typ }).sign(secret);
  }
  const { kid } = currentSigningKey(context);
  const pair = await keyPairOf(context, kid);
  if (!pair) throw new Error(`The sandbox tenant ${context.name} has no key pair for its current signing key.`);
  return token.setProtectedHeader({ alg, typ, kid }).sign(pair.privateKey);
}
