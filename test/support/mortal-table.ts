import type { Table } from "../../lib/store/table.ts";

/** A table before whose every access `alive` is asked, which throws where the process has died. */
export const mortalTable = (table: Table, alive: () => void): Table => ({
  get: async (key) => {
    alive();
    return table.get(key);
  },
  list: (partition, range) => {
    alive();
    return table.list(partition, range);
  },
  put: async (key, value, options) => {
    alive();
    return table.put(key, value, options);
  },
  remove: async (key, options) => {
    alive();
    return table.remove(key, options);
  },
});
