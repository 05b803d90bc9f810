import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import { adoptedSecrets } from "../credentials/adopted-secrets.ts";
import type { ConfiguredCredential } from "../credentials/configured-credentials.ts";
import { secretNameOf } from "../credentials/credential-text.ts";
import { type KnownCredential, knownCredentials } from "../credentials/known-credentials.ts";
import { listRotations } from "../ledger/ledger.ts";
import { overdueSince } from "../ledger/overdue.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";

/** A credential, and whether anybody put it under Curfew's care. */
export interface StatusCredential extends KnownCredential {
  isAdopted: boolean;
}

/** What is known of a tenant's credentials. */
export interface TenantCredentials {
  tenant: string;
  /** In the order of the configuration. */
  credentials: readonly StatusCredential[];
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
  const known = await knownCredentials(table, tenant, configured, now);
  const adopted = await adoptedSecrets(table, tenant);
  const credentials = known.map((one) => ({
    ...one,
    rotation: one.rotation && asOf(now, one.rotation, one.hasRotator),
    isAdopted: isAdopted(one, adopted.get(one.clientId)),
  }));
  return { tenant, credentials, leftBehind: leftBehind.map((rotation) => asOf(now, rotation, false)) };
}

/** With what is overdue by now, also where no run has come to record it. */
const asOf = (now: Instant, rotation: RotationRecord, isTended: boolean): RotationRecord => ({
  ...rotation,
  aftercare: rotation.aftercare.map((care) => {
    const since = overdueSince(care, now, isTended);
    return since === undefined ? care : { ...care, overdueSince: since };
  }),
});

/** Another secret than the configured one does not count; what was rotated once needs no other witness. */
function isAdopted({ rotation, secret }: KnownCredential, adoptedArn: string | undefined): boolean {
  const arns = [adoptedArn, rotation?.promoted && rotation.arn];
  return arns.some((arn) => arn !== undefined && secretNameOf(arn) === secret);
}
