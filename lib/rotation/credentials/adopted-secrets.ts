import type { Instant } from "../../history/history.ts";
import { type Table, tenantPartition } from "../../store/table.ts";
import type { RotationTarget } from "../ledger/target.ts";

/**
 * `ADOPTED#<clientId>` of a tenant: the secret that somebody put under Curfew's care for the client. `SECRET#<arn>` does
 * not say so: it is also written by the audits, and nobody finds it who knows the secret's name alone.
 */
interface AdoptedSecret {
  clientId: string;
  arn: string;
  at: Instant;
}

const PREFIX = "ADOPTED#";

/** Records that a credential was adopted, once all of it is done. */
export async function markAdopted(table: Table, { tenant, clientId, arn, at }: RotationTarget): Promise<void> {
  const adopted: AdoptedSecret = { clientId, arn, at };
  await table.put({ partition: tenantPartition(tenant), sort: `${PREFIX}${clientId}` }, adopted);
}

/** The ARNs of a tenant's adopted secrets, by client. */
export async function adoptedSecrets(table: Table, tenant: string): Promise<Map<string, string>> {
  const adopted = new Map<string, string>();
  for await (const { value } of table.list<AdoptedSecret>(tenantPartition(tenant), { prefix: PREFIX })) {
    adopted.set(value.clientId, value.arn);
  }
  return adopted;
}
