import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { s3EvidenceStore } from "../../lib/aws/s3-evidence-store.ts";
import { secretsManagerSource } from "../../lib/aws/secrets-manager-references.ts";
import { snsPublisher } from "../../lib/aws/sns-publisher.ts";
import type { DeployedConfig } from "../../lib/config/deployed-config.ts";
import type { TenantConfig } from "../../lib/config/schema.ts";
import { selectTenant } from "../../lib/config/select-tenants.ts";
import type { Instant } from "../../lib/history/history.ts";
import type { Clock } from "../../lib/model/clock.ts";
import type { TellingParts } from "../../lib/revocation/alerts/tell.ts";
import { incidentSettings, openResponder } from "../../lib/revocation/from-config.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { inventoryNow } from "../../lib/revocation/investigate/inventory-now.ts";
import { lastInventory } from "../../lib/revocation/investigate/last-inventory.ts";
import type { RespondParts } from "../../lib/revocation/respond/respond.ts";
import { variable } from "./environment.ts";

/** How long a step's calls may last. */
interface StepTime {
  clock: Clock;
  deadline: Instant;
  signal: AbortSignal;
}

/** What telling people of a tenant's incident needs. */
export const tellingParts = (tenant: TenantConfig, clock: Clock): TellingParts => ({
  settings: incidentSettings(tenant),
  table: dynamodbTable(variable("CURFEW_TABLE")),
  publisher: snsPublisher(variable("CURFEW_ALERTS_TOPIC")),
  clock,
});

/** An incident, and what its steps work with: the tenant, opened with the login that acts in emergencies. */
export async function respondParts(
  { tenants }: DeployedConfig,
  id: string,
  { clock, deadline, signal }: StepTime,
): Promise<{ incident: Incident; parts: RespondParts }> {
  const table = dynamodbTable(variable("CURFEW_TABLE"));
  const incident = await readIncident(table, id);
  const tenant = selectTenant(tenants, incident.tenant);
  const sources = { env: {}, secretsManager: secretsManagerSource() };
  const login = { clock, deadline, signal, random: Math.random };
  const evidence = s3EvidenceStore(variable("CURFEW_EVIDENCE_BUCKET"));
  const parts: RespondParts = {
    ...tellingParts(tenant, clock),
    tenant: await openResponder(tenant, incident.clientId, sources, login),
    evidence,
    deadline,
    signal,
    inventories: {
      before: (moment) => lastInventory(table, evidence, tenant.name, moment),
      now: (wanted) => inventoryNow(tenant, incident.clientId, wanted, sources, login),
    },
  };
  return { incident, parts };
}
