import type { Instant } from "../../history/history.ts";
import type { LogEvent } from "../ports.ts";
import type { RefreshTokensRevoked } from "../window/refresh-tokens.ts";
import { kindOfUse } from "./log-use.ts";
import { mayHaveUser, NOBODY, type UserSet, withUser } from "./user-set.ts";

/** What the log shows of tokens that users were given through the application since watching began. */
export interface UserTokens {
  /** Users who logged in since then: they have new refresh tokens. */
  loggedIn: UserSet;
  /** When a refresh token from before that was last seen to get a token; null while none was. */
  refreshedAt: Instant | null;
}

export const NO_USER_TOKENS: UserTokens = { loggedIn: NOBODY, refreshedAt: null };

/** Whether any user was seen to be given a token through the application. */
export const hasUsers = (users: UserTokens | undefined): boolean =>
  users !== undefined && (users.loggedIn !== NOBODY || users.refreshedAt !== null);

/** Source: Auth0 documentation, "Log Event Type Codes": `sertft`, an exchange of a refresh token that succeeded. */
const REFRESHED = "sertft";

/**
 * What is known of users' tokens, with one event more. Of a user who logged in since, nobody can tell an old refresh
 * token from the new one; of very many users some count as if they had.
 */
export function withUserToken(known: UserTokens, event: LogEvent): UserTokens {
  const { userId, type, at } = event;
  const { loggedIn, refreshedAt } = known;
  if (userId === undefined || kindOfUse(event) !== "token-issued" || mayHaveUser(loggedIn, userId)) return known;
  if (type === REFRESHED) return { loggedIn, refreshedAt: Math.max(refreshedAt ?? at, at) };
  return { refreshedAt, loggedIn: withUser(loggedIn, userId) };
}

/** Clocks differ: the one that dates the log, and the person's. Milliseconds. */
const SKEW = 60_000;

/** Whether the log shows that not all refresh tokens were revoked when a person says that they were. */
export const refutesRevocation = (said: RefreshTokensRevoked | undefined, users: UserTokens | undefined): boolean =>
  said !== undefined && users !== undefined && users.refreshedAt !== null && users.refreshedAt > said.at + SKEW;
