import type { Case } from "../matrix.ts";

/**
 * The scenario that a case names.
 *
 * @throws RangeError where there is none of that name
 */
export function scenarioOf<Scenario>(
  scenarios: Readonly<Record<string, Scenario>>,
  { matrix, scenario }: Case,
): Scenario {
  const found = scenarios[scenario];
  if (!found) throw new RangeError(`The matrix ${matrix} has no scenario "${scenario}".`);
  return found;
}
