import { EXPIRY_PLANTERS } from "./planters-expiry.ts";
import { GRANT_PLANTERS } from "./planters-grant.ts";
import { HISTORY_PLANTERS } from "./planters-history.ts";
import { SECRET_PLANTERS } from "./planters-secret.ts";
import type { Expected } from "./verdict.ts";
import type { World } from "./world.ts";

/** Knows every finding of one check that must be made in a tenant, from the catalogue and not from the check. */
export type Planter = (world: World) => Expected[];

/** One planter a check, by the check's id. */
export const PLANTERS: Readonly<Record<string, Planter>> = {
  ...EXPIRY_PLANTERS,
  ...SECRET_PLANTERS,
  ...GRANT_PLANTERS,
  ...HISTORY_PLANTERS,
};

/** Checks about the audit and not about the tenant, and where each is proven instead. */
export const EXEMPT: Readonly<Record<string, string>> = {
  "coverage.section.unavailable": "a whole tenant has all its sections; the fault matrix takes each away",
  "coverage.inventory.truncated": "a sound tenant counts its items rightly; the fault matrix makes lists short",
  "coverage.exception.expired": "about the configuration, not about what is in a tenant; proven with the exceptions",
};
