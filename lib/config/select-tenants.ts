import { configuredTenant } from "./configured-tenant.ts";
import { didYouMean } from "./nearest.ts";

/**
 * The tenants that somebody names, in the order of the configuration; all of them when it names none.
 *
 * @throws CurfewError `arguments-invalid` for a name that is not configured
 */
export function selectTenants<T extends { name: string }>(tenants: readonly T[], wanted: readonly string[]): T[] {
  for (const name of wanted) selectTenant(tenants, name);
  return wanted.length === 0 ? [...tenants] : tenants.filter(({ name }) => wanted.includes(name));
}

/**
 * The tenant of that name, which a person has typed: a slip of the pen is answered with what was probably meant.
 *
 * @throws CurfewError `arguments-invalid` when it is not configured
 */
export const selectTenant = <T extends { name: string }>(tenants: readonly T[], wanted: string): T =>
  configuredTenant(tenants, wanted, (known) => didYouMean(wanted, known));
