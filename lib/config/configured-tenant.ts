import { CurfewError } from "../model/curfew-error.ts";

/** More names than these are no help. */
const MOST_NAMES = 10;

/**
 * The tenant of that name.
 *
 * @param meant what the person who gave the name may have meant, as the end of a sentence; without it, what there is
 * @throws CurfewError `arguments-invalid` when it is not configured
 */
export function configuredTenant<T extends { name: string }>(
  tenants: readonly T[],
  wanted: string,
  meant: (known: readonly string[]) => string | undefined = () => undefined,
): T {
  const found = tenants.find(({ name }) => name === wanted);
  if (found) return found;
  const known = tenants.map(({ name }) => name);
  const names = known.length <= MOST_NAMES ? known.join(", ") : `${known.length} others`;
  throw new CurfewError(
    "arguments-invalid",
    `There is no tenant ${JSON.stringify(wanted)} in the configuration; ${meant(known) ?? `it has ${names}.`}`,
  );
}
