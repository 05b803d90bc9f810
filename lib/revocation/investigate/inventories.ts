import type { Instant } from "../../history/history.ts";
import type { Inventory, SectionName } from "../../inventory/inventory.ts";

/** A tenant as an audit saw it. */
export interface SeenInventory {
  /** When reading began. */
  at: Instant;
  /** What it was read by: a run, or this incident. */
  source: string;
  inventory: Inventory;
}

/** One that an audit kept. */
export interface AuditedInventory extends SeenInventory {
  /** When the audit had ended: by that they are found. */
  finishedAt: Instant;
}

/** Where inventories come from. */
export interface Inventories {
  /** The newest of an audit that had ended before a moment, and was complete; undefined where none is kept. */
  before(moment: Instant): Promise<AuditedInventory | undefined>;
  /**
   * These sections of the tenant as they are now; undefined where nobody reads them.
   *
   * @throws CurfewError where somebody would, and cannot
   */
  now(wanted: ReadonlySet<SectionName>): Promise<SeenInventory | undefined>;
}
