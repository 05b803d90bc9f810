import { jsonResponse } from "../http/message.ts";
import { signToken } from "../keys/sign-token.ts";
import type { ClientRecord, RefreshTokenRecord, RefreshTokenSettings } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import type { Issuance } from "./client-credentials-grant.ts";
import type { Parameters } from "./form.ts";
import { oauthError } from "./oauth-error.ts";

/** Exchanges a user's refresh token for an access token, and for its successor where tokens rotate. */
export async function refreshTokenGrant(
  context: TenantContext,
  client: ClientRecord,
  parameters: Parameters,
): Promise<Issuance> {
  const value = parameters.get("refresh_token");
  const token = [...context.state.refreshTokens.values()].find((known) => known.value === value);
  const now = context.clock.now();
  if (!token || token.clientId !== client.client_id || !isUsable(token, client.refresh_token ?? {}, now))
    return refused();
  if (wasReused(token, client.refresh_token ?? {}, now)) {
    revokeFamily(context, token.family);
    return refused();
  }
  const resourceServer = context.state.resourceServers.all().find(({ identifier }) => identifier === token.audience);
  if (!resourceServer) return refused();
  token.lastExchangedAt = now;
  const tokenId = context.text.uuid();
  const { subject, scope } = { subject: token.userId, scope: token.scope };
  const access = await signToken(context, { resourceServer, subject, clientId: client.client_id, scope, tokenId });
  const successor = token.rotating ? replace(context, token, now) : undefined;
  const body = {
    access_token: access.accessToken,
    ...(successor ? { refresh_token: successor.value } : {}),
    scope,
    expires_in: access.expiresIn,
    token_type: "Bearer",
  };
  return { response: jsonResponse(200, body), issued: { audience: token.audience, scope, tokenId } };
}

const refused = (): Issuance => ({
  response: oauthError(403, "invalid_grant", "Unknown or invalid refresh token."),
});

/** The absolute end was fixed when the token was issued; the idle one follows the client's present setting. */
function isUsable(token: RefreshTokenRecord, settings: RefreshTokenSettings, now: number): boolean {
  if (token.revoked || (token.expiresAt !== null && now >= token.expiresAt)) return false;
  const idle = idleLifetime(settings);
  return idle === null || now < (token.lastExchangedAt ?? token.createdAt) + idle * 1000;
}

/** Seconds a refresh token of these settings may lie unused; null is for ever. The infinite flag wins. */
export function idleLifetime(settings: RefreshTokenSettings): number | null {
  if (settings.infinite_idle_token_lifetime === true || settings.expiration_type !== "expiring") return null;
  return settings.idle_token_lifetime ?? null;
}

/** Seconds a refresh token of these settings lives; null is for ever. The infinite flag wins. */
export function absoluteLifetime(settings: RefreshTokenSettings): number | null {
  if (settings.infinite_token_lifetime === true || settings.expiration_type !== "expiring") return null;
  return settings.token_lifetime ?? null;
}

/** A rotated token that comes again after the leeway was stolen or replayed. */
function wasReused(token: RefreshTokenRecord, settings: RefreshTokenSettings, now: number): boolean {
  return token.replacedAt !== null && now > token.replacedAt + (settings.leeway ?? 0) * 1000;
}

function revokeFamily({ state }: TenantContext, family: string): void {
  for (const token of state.refreshTokens.values()) if (token.family === family) token.revoked = true;
}

/** The successor keeps the family and the absolute end. */
function replace(context: TenantContext, token: RefreshTokenRecord, now: number): RefreshTokenRecord {
  token.replacedAt ??= now;
  const successor: RefreshTokenRecord = {
    ...token,
    id: context.text.uuid().replaceAll("-", "").slice(0, 24),
    value: context.text.token(),
    createdAt: now,
    lastExchangedAt: null,
    replacedAt: null,
  };
  context.state.refreshTokens.set(successor.id, successor);
  return successor;
}
