import { signToken } from "../keys/sign-token.ts";
import type { RefreshTokenRecord } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import { absoluteLifetime } from "./refresh-token-grant.ts";

/** A user's login through a client. */
interface UserLogin {
  clientId: string;
  userId: string;
  /** Identifier of the API. */
  audience: string;
  /** Space-separated. */
  scope?: string;
  /** Seconds the access token lives, where not the API's `token_lifetime`. */
  lifetime?: number;
}

/** What a login leaves behind. */
interface UserTokens {
  accessToken: string;
  refreshToken: string;
  refreshTokenId: string;
  sessionId: string;
}

/** Logs a user in without a browser. */
export type IssueUserTokens = (login: UserLogin) => Promise<UserTokens>;

/** Makes the function that stands in for a login: it opens a session and issues both tokens. */
export function createUserTokenIssuer(context: TenantContext): IssueUserTokens {
  const { state, clock, text } = context;
  return async ({ clientId, userId, audience, scope = "", lifetime }) => {
    const client = state.clients.get(clientId);
    const resourceServer = state.resourceServers.all().find(({ identifier }) => identifier === audience);
    if (!client || !resourceServer) throw new TypeError("A login needs a client and an API that exist.");
    const now = clock.now();
    const settings = client.refresh_token ?? {};
    const absolute = absoluteLifetime(settings);
    const session = { id: newId(context), userId, clientIds: [clientId], createdAt: now };
    const refreshToken: RefreshTokenRecord = {
      id: newId(context),
      value: text.token(),
      userId,
      clientId,
      sessionId: session.id,
      audience,
      scope,
      rotating: settings.rotation_type === "rotating",
      createdAt: now,
      lastExchangedAt: null,
      expiresAt: absolute === null ? null : now + absolute * 1000,
      revoked: false,
      replacedAt: null,
      family: text.uuid(),
    };
    state.sessions.set(session.id, session);
    state.refreshTokens.set(refreshToken.id, refreshToken);
    const tokenId = text.uuid();
    const request = { resourceServer, subject: userId, clientId, scope, tokenId };
    const { accessToken } = await signToken(context, { ...request, ...(lifetime === undefined ? {} : { lifetime }) });
    return { accessToken, refreshToken: refreshToken.value, refreshTokenId: refreshToken.id, sessionId: session.id };
  };
}

const newId = ({ text }: TenantContext) => text.uuid().replaceAll("-", "").slice(0, 24);
