import { DatabaseSync } from "node:sqlite";
import type { Key, Row, Table } from "../store/table.ts";

/** A table that is kept in a file. */
export interface SqliteTable extends Table, Disposable {}

/** Rows that one page of a listing holds. */
const PAGE = 500;

/** How long a second process waits for the first one's write. Milliseconds. */
const BUSY_TIMEOUT = 10_000;

interface Stored {
  sort: string;
  value: string;
  version: number;
}

/**
 * Opens the table of a laptop, and makes it when there is none.
 *
 * @param file a path, or `:memory:`
 */
export function openSqliteTable(file: string): SqliteTable {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT });
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(`CREATE TABLE IF NOT EXISTS item (
    partition TEXT NOT NULL, sort TEXT NOT NULL, value TEXT NOT NULL, version INTEGER NOT NULL, expires INTEGER,
    PRIMARY KEY (partition, sort)) STRICT, WITHOUT ROWID`);
  const select = database.prepare("SELECT sort, value, version FROM item WHERE partition = ? AND sort = ?");
  const ascending = database.prepare(
    "SELECT sort, value, version FROM item WHERE partition = ? AND sort > ? AND sort < ? ORDER BY sort LIMIT ?",
  );
  const descending = database.prepare(
    "SELECT sort, value, version FROM item WHERE partition = ? AND sort > ? AND sort < ? ORDER BY sort DESC LIMIT ?",
  );
  const insert = database.prepare(
    "INSERT INTO item (partition, sort, value, version, expires) VALUES (?, ?, ?, 1, ?) ON CONFLICT DO NOTHING",
  );
  const update = database.prepare(
    "UPDATE item SET value = ?, version = version + 1, expires = ? WHERE partition = ? AND sort = ? AND version = ?",
  );
  const upsert = database.prepare(
    `INSERT INTO item (partition, sort, value, version, expires) VALUES (?, ?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value, version = version + 1, expires = excluded.expires`,
  );
  const remove = database.prepare("DELETE FROM item WHERE partition = ? AND sort = ?");
  const removeVersion = database.prepare("DELETE FROM item WHERE partition = ? AND sort = ? AND version = ?");

  return {
    async get<T>(key: Key) {
      const stored = select.get(key.partition, key.sort) as Stored | undefined;
      return stored && rowOf<T>(key.partition, stored);
    },
    async *list<T>(partition: string, { prefix, after, descending: backwards = false }: Parameters<Table["list"]>[1]) {
      let low = after !== undefined && after > prefix ? after : justBefore(prefix);
      let high = `${prefix}\u{10ffff}`;
      for (;;) {
        const page = (backwards ? descending : ascending).all(partition, low, high, PAGE) as unknown as Stored[];
        for (const stored of page) yield rowOf<T>(partition, stored);
        const last = page.at(-1);
        if (!last || page.length < PAGE) return;
        if (backwards) high = last.sort;
        else low = last.sort;
      }
    },
    async put(key, value, { ifVersion, expires } = {}) {
      const text = JSON.stringify(value);
      const end = expires ?? null;
      if (ifVersion === undefined) return upsert.run(key.partition, key.sort, text, end).changes === 1;
      if (ifVersion === 0) return insert.run(key.partition, key.sort, text, end).changes === 1;
      return update.run(text, end, key.partition, key.sort, ifVersion).changes === 1;
    },
    async remove(key, { ifVersion } = {}) {
      if (ifVersion === undefined) return remove.run(key.partition, key.sort).changes >= 0;
      return removeVersion.run(key.partition, key.sort, ifVersion).changes === 1;
    },
    [Symbol.dispose]: () => database.close(),
  };
}

/** `sort > low` must let the prefix itself through. */
const justBefore = (prefix: string): string =>
  prefix === ""
    ? ""
    : `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) - 1)}\u{10ffff}`;

const rowOf = <T>(partition: string, { sort, value, version }: Stored): Row<T> => ({
  key: { partition, sort },
  value: JSON.parse(value) as T,
  version,
});
