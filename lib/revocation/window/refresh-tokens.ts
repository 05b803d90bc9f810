import type { Instant } from "../../history/history.ts";
import type { Key, Table } from "../../store/table.ts";
import { incidentPartition } from "../incident/incident.ts";

/** That a person says that the refresh tokens of all users of the application are revoked: Auth0 cannot say it. */
export interface RefreshTokensRevoked {
  /** Since when they are gone. */
  at: Instant;
  /** Who says so. */
  by: string;
}

/** `INCIDENT#<id>`, `SAID#refresh-tokens`. */
const saidKey = (incident: string): Key => ({ partition: incidentPartition(incident), sort: "SAID#refresh-tokens" });

/** Records it; the last word holds. */
export async function sayRefreshTokensRevoked(
  table: Table,
  incident: string,
  said: RefreshTokensRevoked,
): Promise<void> {
  await table.put(saidKey(incident), said);
}

/** Undefined while nobody has said it. */
export const refreshTokensRevoked = async (table: Table, incident: string): Promise<RefreshTokensRevoked | undefined> =>
  (await table.get<RefreshTokensRevoked>(saidKey(incident)))?.value;
