import { configuredTenant } from "../../lib/config/configured-tenant.ts";
import type { DeployedConfig } from "../../lib/config/deployed-config.ts";
import type { TenantConfig } from "../../lib/config/schema.ts";
import type { Clock } from "../../lib/model/clock.ts";
import type { TellingParts } from "../../lib/revocation/alerts/tell.ts";
import { incidentSettings } from "../../lib/revocation/from-config.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { lastInventory } from "../../lib/revocation/investigate/last-inventory.ts";
import { deployedEvidence, deployedPublisher, deployedTable } from "./connections.ts";

/** What telling people of a tenant's incident needs. */
export const tellingParts = (tenant: TenantConfig, clock: Clock): TellingParts => ({
  settings: incidentSettings(tenant),
  table: deployedTable(),
  publisher: deployedPublisher(),
  clock,
});

/** An incident and its tenant, and what every step of it works with, whoever's login it has. */
export async function partsOfIncident({ tenants }: DeployedConfig, id: string, clock: Clock) {
  const table = deployedTable();
  const incident: Incident = await readIncident(table, id);
  const tenant = configuredTenant(tenants, incident.tenant);
  const evidence = deployedEvidence();
  const before = (moment: number) => lastInventory(table, evidence, tenant.name, moment);
  return { incident, tenant, parts: { ...tellingParts(tenant, clock), evidence }, before };
}
