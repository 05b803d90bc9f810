import { didYouMean, ending } from "../../lib/config/nearest.ts";
import type { Config, TenantConfig } from "../../lib/config/schema.ts";
import { selectTenant } from "../../lib/config/select-tenants.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { noRotator } from "../../lib/rotation/from-config.ts";

export type CredentialConfig = TenantConfig["credentials"][number];

/** A credential and the tenant it belongs to, as configured. */
export interface NamedCredential {
  tenant: TenantConfig;
  credential: CredentialConfig;
}

/**
 * The tenant that a person names, if anything can be rotated in it.
 *
 * @throws CurfewError `arguments-invalid`, `configuration-invalid`
 */
export function tenantWithRotator(config: Config, name: string): TenantConfig {
  const tenant = selectTenant(config.tenants, name);
  if (!tenant.rotator) throw noRotator(tenant.name);
  return tenant;
}

/**
 * The credential that a person names.
 *
 * @throws CurfewError `arguments-invalid`, `configuration-invalid`
 */
export function namedCredential(config: Config, tenantName: string, clientId: string): NamedCredential {
  const tenant = tenantWithRotator(config, tenantName);
  const credential = tenant.credentials.find((one) => one.clientId === clientId);
  if (credential) return { tenant, credential };
  const known = tenant.credentials.map((one) => one.clientId);
  const hint = didYouMean(clientId, known) ?? "npx curfew rotate adopt puts one there";
  throw new CurfewError(
    "arguments-invalid",
    `The client ${JSON.stringify(clientId)} is not under credentials of ${tenant.name} in the configuration; ${ending(hint)}`,
  );
}
