import { didYouMean } from "../lib/config/nearest.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";

/**
 * The tenants that `--tenant` names, in the order of the configuration; all of them when it names none.
 *
 * @throws CurfewError `arguments-invalid` for a name that is not configured
 */
export function selectTenants<T extends { name: string }>(tenants: readonly T[], wanted: readonly string[]): T[] {
  const known = tenants.map(({ name }) => name);
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new CurfewError(
      "arguments-invalid",
      `There is no tenant ${JSON.stringify(unknown)} in the configuration; ${didYouMean(unknown, known) ?? `it has ${known.join(", ")}`}.`,
    );
  }
  return wanted.length === 0 ? [...tenants] : tenants.filter(({ name }) => wanted.includes(name));
}
