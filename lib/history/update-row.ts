import type { Key, PutOptions, Row, Table } from "../store/table.ts";

/** A row as it is now, and whether this is our doing is no matter. */
export type Stored<T> = Pick<Row<T>, "value" | "version">;

/**
 * Changes a row so that nobody's change is lost: when somebody else was faster, `change` is applied to what they wrote.
 * Nothing is written where nothing changes, so a replay costs no write.
 *
 * @param change must be a join: repeated, or in another order, it leads to the same value
 * @param known the row as it was read last; undefined for none
 */
export async function updateRow<T>(
  table: Table,
  key: Key,
  known: Stored<T> | undefined,
  change: (value: T | undefined) => T,
  options: Pick<PutOptions, "expires"> = {},
): Promise<Stored<T>> {
  let row = known;
  for (;;) {
    const value = change(row?.value);
    if (row && JSON.stringify(row.value) === JSON.stringify(value)) return row;
    const version = row?.version ?? 0;
    if (await table.put(key, value, { ...options, ifVersion: version })) return { value, version: version + 1 };
    row = await table.get<T>(key);
  }
}
