import { ALL_CHECKS } from "./all-checks.ts";
import type { Check } from "./define-check.ts";

/** Every check there is, sorted by id. The list behind it is generated from the files on disk. */
export const CATALOGUE: readonly Check[] = ALL_CHECKS.toSorted((a, b) => (a.id < b.id ? -1 : 1));

const BY_ID = new Map(CATALOGUE.map((check) => [check.id, check]));

/**
 * Finds a check by its id.
 *
 * @returns `undefined` when there is none.
 * @example findCheck("expiry.session.idle")?.title
 */
export function findCheck(id: string): Check | undefined {
  return BY_ID.get(id);
}
