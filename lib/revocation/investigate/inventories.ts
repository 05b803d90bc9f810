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

/** Where inventories come from. */
export interface Inventories {
  /** The newest that was read completely before a moment; undefined where none is kept. */
  before(moment: Instant): Promise<SeenInventory | undefined>;
  /**
   * These sections of the tenant as they are now; undefined where nobody reads them.
   *
   * @throws CurfewError where somebody would, and cannot
   */
  now(wanted: ReadonlySet<SectionName>): Promise<SeenInventory | undefined>;
}
