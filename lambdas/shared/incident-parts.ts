import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { s3EvidenceStore } from "../../lib/aws/s3-evidence-store.ts";
import { secretsManagerSource } from "../../lib/aws/secrets-manager-references.ts";
import { snsPublisher } from "../../lib/aws/sns-publisher.ts";
import type { DeployedConfig } from "../../lib/config/deployed-config.ts";
import type { TenantConfig } from "../../lib/config/schema.ts";
import { selectTenant } from "../../lib/config/select-tenants.ts";
import type { Clock } from "../../lib/model/clock.ts";
import type { TellingParts } from "../../lib/revocation/alerts/tell.ts";
import { incidentSettings } from "../../lib/revocation/from-config.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { lastInventory } from "../../lib/revocation/investigate/last-inventory.ts";
import { variable } from "./environment.ts";

/** What telling people of a tenant's incident needs. */
export const tellingParts = (tenant: TenantConfig, clock: Clock): TellingParts => ({
  settings: incidentSettings(tenant),
  table: dynamodbTable(variable("CURFEW_TABLE")),
  publisher: snsPublisher(variable("CURFEW_ALERTS_TOPIC")),
  clock,
});

/** Where the secrets of Curfew's own logins are. */
export const deployedSecrets = () => ({ env: {}, secretsManager: secretsManagerSource() });

/** An incident and its tenant, and what every step of it works with, whoever's login it has. */
export async function partsOfIncident({ tenants }: DeployedConfig, id: string, clock: Clock) {
  const table = dynamodbTable(variable("CURFEW_TABLE"));
  const incident: Incident = await readIncident(table, id);
  const tenant = selectTenant(tenants, incident.tenant);
  const evidence = s3EvidenceStore(variable("CURFEW_EVIDENCE_BUCKET"));
  const before = (moment: number) => lastInventory(table, evidence, tenant.name, moment);
  return { incident, tenant, parts: { ...tellingParts(tenant, clock), evidence }, before };
}
