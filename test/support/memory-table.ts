import { CurfewError } from "../../lib/model/curfew-error.ts";
import { compareKeys } from "../../lib/store/sort-order.ts";
import type { Key, PutOptions, Range, Row, Table } from "../../lib/store/table.ts";

/** A table in memory, for tests that make thousands of them. What it holds is text, as in every other table. */
export interface MemoryTable extends Table {
  /** A row as it is, past the port: to look at, not to change. */
  peek<T>(key: Key): T | undefined;
  /** The rows of a partition, as sort keys and texts. */
  rows(partition: string): [sort: string, text: string][];
}

/** As DynamoDB has it: 400 KB of attributes, their names among them. Bytes. */
const LARGEST = 400 * 1_024 - 256;

interface Stored {
  text: string;
  version: number;
  /** What was peeked at, once it was: guards look after every call, far more often than something is stored. */
  seen?: unknown;
}

export function memoryTable(): MemoryTable {
  const partitions = new Map<string, Map<string, Stored>>();
  const rowsOf = (partition: string): Map<string, Stored> => partitions.get(partition) ?? new Map<string, Stored>();
  const allows = (stored: Stored | undefined, ifVersion: number | undefined): boolean =>
    ifVersion === undefined || (stored?.version ?? 0) === ifVersion;
  const row = <T>(key: Key, { text, version }: Stored): Row<T> => ({ key, value: JSON.parse(text) as T, version });

  return {
    peek: <T>({ partition, sort }: Key) => {
      const stored = rowsOf(partition).get(sort);
      if (stored) stored.seen ??= JSON.parse(stored.text);
      return stored?.seen as T | undefined;
    },
    rows: (partition) => [...rowsOf(partition)].map(([sort, { text }]) => [sort, text]),
    async get<T>(key: Key) {
      const stored = rowsOf(key.partition).get(key.sort);
      return stored && row<T>(key, stored);
    },
    async *list<T>(partition: string, { prefix, after, descending = false }: Range) {
      const sorts = [...rowsOf(partition).keys()]
        .filter((sort) => sort.startsWith(prefix) && (after === undefined || compareKeys(sort, after) > 0))
        .sort(compareKeys);
      for (const sort of descending ? sorts.reverse() : sorts) {
        const stored = rowsOf(partition).get(sort);
        if (stored) yield row<T>({ partition, sort }, stored);
      }
    },
    async put({ partition, sort }, value, { ifVersion }: PutOptions = {}) {
      const rows = rowsOf(partition);
      const stored = rows.get(sort);
      if (!allows(stored, ifVersion)) return false;
      const text = JSON.stringify(value);
      if (Buffer.byteLength(text) > LARGEST)
        throw new CurfewError("store-failed", `The row ${sort} has outgrown 400 KB.`);
      rows.set(sort, { text, version: (stored?.version ?? 0) + 1 });
      partitions.set(partition, rows);
      return true;
    },
    async remove({ partition, sort }, { ifVersion } = {}) {
      if (!allows(rowsOf(partition).get(sort), ifVersion)) return false;
      rowsOf(partition).delete(sort);
      return true;
    },
  };
}
