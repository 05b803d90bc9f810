import type { Instant } from "../../history/history.ts";
import type { LogEvent } from "../ports.ts";
import type { RefreshTokensRevoked } from "../window/refresh-tokens.ts";
import { kindOfUse } from "./log-use.ts";

/** What the log shows of tokens that users were given through the application since watching began. */
export interface UserTokens {
  /** Users who logged in since then: they have new refresh tokens. `many` where there are too many to keep apart. */
  loggedIn: readonly string[] | "many";
  /** When a refresh token from before that was last seen to get a token; null while none was. */
  refreshedAt: Instant | null;
}

export const NO_USER_TOKENS: UserTokens = { loggedIn: [], refreshedAt: null };

/** Whether any user was seen to be given a token through the application. */
export const hasUsers = (users: UserTokens | undefined): boolean =>
  users !== undefined && (users.loggedIn.length > 0 || users.refreshedAt !== null);

/** Bounds what one row holds. */
const MOST_USERS = 500;
const MOST_BYTES = 30_000;

/** Source: Auth0 documentation, "Log Event Type Codes": `sertft`, an exchange of a refresh token that succeeded. */
const REFRESHED = "sertft";

/**
 * What is known of users' tokens, with one event more. Of a user who logged in since, nobody can tell an old refresh
 * token from the new one.
 */
export function withUserToken(known: UserTokens, event: LogEvent): UserTokens {
  const { userId, type, at } = event;
  const { loggedIn, refreshedAt } = known;
  if (userId === undefined || kindOfUse(event) !== "token-issued" || loggedIn === "many") return known;
  if (loggedIn.includes(userId)) return known;
  if (type === REFRESHED) return { loggedIn, refreshedAt: Math.max(refreshedAt ?? at, at) };
  const users = [...loggedIn, userId];
  const isMany = users.length > MOST_USERS || Buffer.byteLength(JSON.stringify(users)) > MOST_BYTES;
  return { refreshedAt, loggedIn: isMany ? "many" : users };
}

/** Clocks differ: the one that dates the log, and the person's. Milliseconds. */
const SKEW = 60_000;

/** Whether the log shows that not all refresh tokens were revoked when a person says that they were. */
export const refutesRevocation = (said: RefreshTokensRevoked | undefined, users: UserTokens | undefined): boolean =>
  said !== undefined && users !== undefined && users.refreshedAt !== null && users.refreshedAt > said.at + SKEW;
