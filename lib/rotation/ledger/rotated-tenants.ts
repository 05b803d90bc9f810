import { updateRow } from "../../history/update-row.ts";
import type { Key, Table } from "../../store/table.ts";

/** `NOTICE#rotations`: the tenants whose rotations are told of; nothing else says that there was one that is gone. */
interface RotatedTenants {
  /** By name, in their order. */
  tenants: readonly string[];
}

const KEY: Key = { partition: "NOTICE#rotations", sort: "NOTICE" };

/** The tenants that were there when a run last told of rotations, and those of which something was left to tell. */
export async function rotatedTenants(table: Table): Promise<readonly string[]> {
  return (await table.get<RotatedTenants>(KEY))?.value.tenants ?? [];
}

/** Remembers the tenants that a later run is to look at, whatever is configured then. */
export async function rememberTenants(table: Table, tenants: Iterable<string>): Promise<void> {
  const value = { tenants: [...tenants].sort() };
  await updateRow<RotatedTenants>(table, KEY, await table.get<RotatedTenants>(KEY), () => value);
}
