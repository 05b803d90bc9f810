import type { Table } from "../../../lib/store/table.ts";

/** What happens around each call of a table; it may throw. */
interface Interposition {
  before?(): Promise<void>;
  /** The call has had its effect. */
  after?(): Promise<void>;
}

/** A table with something between it and its callers. A listing counts as one call for each row, and one for its end. */
export function interposed(table: Table, { before, after }: Interposition): Table {
  const around = async <T>(call: () => Promise<T>): Promise<T> => {
    await before?.();
    const result = await call();
    await after?.();
    return result;
  };
  return {
    get: (key) => around(() => table.get(key)),
    put: (key, value, options) => around(() => table.put(key, value, options)),
    remove: (key, options) => around(() => table.remove(key, options)),
    async *list(partition, range) {
      const rows = table.list(partition, range)[Symbol.asyncIterator]();
      for (;;) {
        const next = await around(() => rows.next());
        if (next.done) return;
        yield next.value as never;
      }
    },
  };
}
