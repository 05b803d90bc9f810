import { CurfewError } from "../model/curfew-error.ts";
import { didYouMean, ending } from "./nearest.ts";

/** More names than these are no help. */
const MOST_NAMES = 10;

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
 * The tenant of that name.
 *
 * @throws CurfewError `arguments-invalid` when it is not configured
 */
export function selectTenant<T extends { name: string }>(tenants: readonly T[], wanted: string): T {
  const found = tenants.find(({ name }) => name === wanted);
  if (found) return found;
  const known = tenants.map(({ name }) => name);
  const names = known.length <= MOST_NAMES ? known.join(", ") : `${known.length} others`;
  const hint = didYouMean(wanted, known) ?? `it has ${names}`;
  throw new CurfewError(
    "arguments-invalid",
    `There is no tenant ${JSON.stringify(wanted)} in the configuration; ${ending(hint)}`,
  );
}
