import * as z from "zod";
import { idleLifetime } from "../authentication/refresh-token-grant.ts";
import { jsonResponse } from "../http/message.ts";
import type { RefreshTokenRecord, SessionRecord } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import { invalidBody } from "./api-error.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { pageOf } from "./paging.ts";
import { validate } from "./validate.ts";

const selection = z.strictObject({
  ids: z.array(z.string().min(1)).min(1).max(100).exactOptional(),
  user_id: z.string().min(1).exactOptional(),
  client_id: z.string().min(1).exactOptional(),
});

const FEATURE = "sessionManagement";

/** Users' refresh tokens and sessions. Deleting is accepted (202) and, here, done at once. */
export const USER_SESSION_ENDPOINTS: Endpoint[] = [
  {
    method: "GET",
    path: "/users/{user_id}/refresh-tokens",
    scopes: ["read:refresh_tokens"],
    feature: FEATURE,
    handle: listRefreshTokens,
  },
  {
    method: "DELETE",
    path: "/users/{user_id}/refresh-tokens",
    scopes: ["delete:refresh_tokens"],
    feature: FEATURE,
    logged: "Delete the refresh tokens of a user",
    handle: deleteRefreshTokens,
  },
  {
    method: "POST",
    path: "/refresh-tokens/revoke",
    scopes: ["delete:refresh_tokens"],
    feature: FEATURE,
    logged: "Revoke refresh tokens",
    handle: revokeRefreshTokens,
  },
  {
    method: "GET",
    path: "/users/{user_id}/sessions",
    scopes: ["read:sessions"],
    feature: FEATURE,
    handle: listSessions,
  },
  {
    method: "DELETE",
    path: "/users/{user_id}/sessions",
    scopes: ["delete:sessions"],
    feature: FEATURE,
    logged: "Delete the sessions of a user",
    handle: deleteSessions,
  },
];

const iso = (milliseconds: number | null) => (milliseconds === null ? null : new Date(milliseconds).toISOString());

function listRefreshTokens({ context, parameters, query }: ApiCall) {
  const live = [...context.state.refreshTokens.values()].filter(
    (token) => token.userId === parameters.user_id && !token.revoked && token.replacedAt === null,
  );
  const show = (token: RefreshTokenRecord) => showToken(context, token);
  return pageOf(live, asCheckpoint(query), { property: "tokens", checkpoint: true, idOf, show });
}

const idOf = ({ id }: { id: string }) => id;

/** These lists know checkpoints only; `include_totals` and page numbers are ignored. */
function asCheckpoint(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams({
    take: query.get("take") ?? "50",
    ...(query.has("from") ? { from: query.get("from") ?? "" } : {}),
  });
}

function showToken({ state }: TenantContext, token: RefreshTokenRecord) {
  const idle = idleLifetime(state.clients.get(token.clientId)?.refresh_token ?? {});
  return {
    id: token.id,
    user_id: token.userId,
    created_at: iso(token.createdAt),
    idle_expires_at: idle === null ? null : iso((token.lastExchangedAt ?? token.createdAt) + idle * 1000),
    expires_at: iso(token.expiresAt),
    client_id: token.clientId,
    session_id: token.sessionId,
    rotating: token.rotating,
    resource_servers: [{ audience: token.audience, scopes: token.scope }],
    ...(token.lastExchangedAt === null ? {} : { last_exchanged_at: iso(token.lastExchangedAt) }),
  };
}

function deleteRefreshTokens({ context, parameters }: ApiCall) {
  revokeWhere(context, (token) => token.userId === parameters.user_id);
  return jsonResponse(202, {});
}

/** By ids, or all of a user, or all of a user at one client. A client alone is no selection. */
function revokeRefreshTokens({ context, body }: ApiCall) {
  const { value, refusal } = validate(selection, body);
  if (refusal) return refusal;
  if ((value.ids === undefined) === (value.user_id === undefined))
    return invalidBody("either ids or user_id is needed");
  revokeWhere(
    context,
    (token) =>
      (value.ids === undefined || value.ids.includes(token.id)) &&
      (value.user_id === undefined || token.userId === value.user_id) &&
      (value.client_id === undefined || token.clientId === value.client_id),
  );
  return jsonResponse(202, {});
}

function revokeWhere({ state }: TenantContext, selected: (token: RefreshTokenRecord) => boolean): void {
  for (const token of state.refreshTokens.values()) if (selected(token)) token.revoked = true;
}

function listSessions({ context, parameters, query }: ApiCall) {
  const sessions = [...context.state.sessions.values()].filter(({ userId }) => userId === parameters.user_id);
  return pageOf(sessions, asCheckpoint(query), { property: "sessions", checkpoint: true, idOf, show: showSession });
}

function showSession({ id, userId, createdAt, clientIds }: SessionRecord) {
  const at = iso(createdAt);
  const clients = clientIds.map((client_id) => ({ client_id }));
  return { id, user_id: userId, created_at: at, updated_at: at, authenticated_at: at, clients };
}

function deleteSessions({ context, parameters }: ApiCall) {
  for (const [id, session] of context.state.sessions) {
    if (session.userId === parameters.user_id) context.state.sessions.delete(id);
  }
  return jsonResponse(202, {});
}
