import type { Instant } from "../history/history.ts";
import type { Table } from "../store/table.ts";
import type { ConfiguredCredential } from "./configured-credentials.ts";
import { type KnownCredential, knownCredentials } from "./known-credentials.ts";
import { listRotations } from "./ledger.ts";
import type { RotationRecord } from "./rotation-record.ts";

/** What is known of a tenant's credentials. */
export interface TenantCredentials {
  tenant: string;
  /** In the order of the configuration. */
  credentials: readonly KnownCredential[];
  /** Of credentials that are not in the configuration any more, and have something left to be done that nobody does. */
  leftBehind: readonly RotationRecord[];
}

/** What the table tells of a tenant's credentials. */
export async function tenantCredentials(
  table: Table,
  tenant: string,
  configured: readonly ConfiguredCredential[],
  now: Instant,
): Promise<TenantCredentials> {
  const named = new Set(configured.map(({ clientId }) => clientId));
  const leftBehind = (await listRotations(table, tenant)).filter(
    ({ clientId, aftercare, underWay }) => !named.has(clientId) && (aftercare.length > 0 || underWay !== undefined),
  );
  return { tenant, credentials: await knownCredentials(table, tenant, configured, now), leftBehind };
}
