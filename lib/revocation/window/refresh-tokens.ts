import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";

/** That a person says that the refresh tokens of all users of the application are revoked: Auth0 cannot say it. */
export interface RefreshTokensRevoked {
  /** Since when they are gone. */
  at: Instant;
  /** Who says so. */
  by: string;
}

/** Records it; the last word holds. */
export async function sayRefreshTokensRevoked(
  _table: Table,
  _incident: string,
  _said: RefreshTokensRevoked,
): Promise<void> {
  throw new Error("not written yet");
}

/** Undefined while nobody has said it. */
export async function refreshTokensRevoked(
  _table: Table,
  _incident: string,
): Promise<RefreshTokensRevoked | undefined> {
  throw new Error("not written yet");
}
