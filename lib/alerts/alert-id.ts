import { hash } from "node:crypto";
import type { AlertKind } from "../model/alert-kind.ts";

/** `al_` and 96 bits in hex. */
const ID_LENGTH = 27;

/**
 * The id of an alert: a hash of what identifies the matter and of nothing that wording, order or a crash may change.
 * Computed again, the same matter has the same id, and so it is told once.
 *
 * @example alertId("finding", "acme-prod", "f_…", "new", "2026-11-25T06:00:00.000Z#run")
 */
export function alertId(kind: AlertKind, ...matter: readonly (string | number | null)[]): string {
  return `al_${hash("sha256", JSON.stringify([kind, ...matter]))}`.slice(0, ID_LENGTH);
}
