import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { type Clock, systemClock } from "../model/clock.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { compareKeys, endOfPrefix, justBehind } from "../store/sort-order.ts";
import type { Key, PutOptions, Range, Row, Table } from "../store/table.ts";

/** A table that is kept in a file. */
export interface SqliteTable extends Table, Disposable {}

/** Rows that one page of a listing holds. */
const PAGE = 500;

/** How long a second process waits for the first one's write. Milliseconds. */
const BUSY_TIMEOUT = 10_000;

// Text sorts by its UTF-8 bytes, as in DynamoDB. Without waiting for the disk after each write a power failure may
// take the last writes with it, never the file: a run whose end is lost is as if it had not been.
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS item (
    partition TEXT NOT NULL, sort TEXT NOT NULL, value TEXT NOT NULL, version INTEGER NOT NULL, expires INTEGER,
    PRIMARY KEY (partition, sort)) STRICT, WITHOUT ROWID`;

const SELECT = "SELECT sort, value, version FROM item WHERE partition = ?";
const PAGE_OF = `${SELECT} AND sort >= ? AND sort < ifnull(?, cast(x'f7' AS TEXT)) ORDER BY sort`;

interface Stored {
  sort: string;
  value: string;
  version: number;
}

/**
 * Opens the table of a laptop, and makes it when there is none. Rows that have expired are removed.
 *
 * @param file a path, or `:memory:`
 * @throws CurfewError `store-failed` when the file cannot be used
 */
export function openSqliteTable(file: string, clock: Pick<Clock, "now"> = systemClock): SqliteTable {
  const database = told(file, () => openDatabase(file, clock.now()));
  const prepare = (sql: string): StatementSync => told(file, () => database.prepare(sql));
  const statements = {
    select: prepare(`${SELECT} AND sort = ?`),
    ascending: prepare(`${PAGE_OF} LIMIT ${PAGE}`),
    descending: prepare(`${PAGE_OF} DESC LIMIT ${PAGE}`),
    insert: prepare(
      "INSERT INTO item (partition, sort, value, version, expires) VALUES (?, ?, ?, 1, ?) ON CONFLICT DO NOTHING",
    ),
    update: prepare(
      "UPDATE item SET value = ?, version = version + 1, expires = ? WHERE partition = ? AND sort = ? AND version = ?",
    ),
    upsert: prepare(
      `INSERT INTO item (partition, sort, value, version, expires) VALUES (?, ?, ?, 1, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value, version = version + 1, expires = excluded.expires`,
    ),
    remove: prepare("DELETE FROM item WHERE partition = ? AND sort = ?"),
    removeVersion: prepare("DELETE FROM item WHERE partition = ? AND sort = ? AND version = ?"),
  };
  const changes = (statement: StatementSync, ...values: SQLInputValue[]): number =>
    told(file, () => Number(statement.run(...values).changes));
  const find = ({ partition, sort }: Key): Stored | undefined =>
    told(file, () => statements.select.get(partition, sort) as Stored | undefined);

  return {
    async get<T>(key: Key) {
      const stored = find(key);
      return stored && rowOf<T>(key.partition, stored);
    },
    async *list<T>(partition: string, { prefix, after, descending = false }: Range) {
      let low = after !== undefined && compareKeys(after, prefix) >= 0 ? justBehind(after) : prefix;
      let high = endOfPrefix(prefix);
      for (;;) {
        const statement = descending ? statements.descending : statements.ascending;
        const page = told(file, () => statement.all(partition, low, high ?? null) as unknown as Stored[]);
        for (const stored of page) yield rowOf<T>(partition, stored);
        const last = page.at(-1);
        if (!last || page.length < PAGE) return;
        if (descending) high = last.sort;
        else low = justBehind(last.sort);
      }
    },
    async put({ partition, sort }, value, { ifVersion, expires }: PutOptions = {}) {
      const text = JSON.stringify(value);
      const end = expires ?? null;
      if (ifVersion === undefined) return changes(statements.upsert, partition, sort, text, end) === 1;
      if (ifVersion === 0) return changes(statements.insert, partition, sort, text, end) === 1;
      return changes(statements.update, text, end, partition, sort, ifVersion) === 1;
    },
    async remove(key, { ifVersion } = {}) {
      if (ifVersion === 0) return find(key) === undefined;
      if (ifVersion !== undefined) return changes(statements.removeVersion, key.partition, key.sort, ifVersion) === 1;
      changes(statements.remove, key.partition, key.sort);
      return true;
    },
    [Symbol.dispose]: () => database.close(),
  };
}

function openDatabase(file: string, now: number): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT });
  try {
    database.exec(SCHEMA);
    database.prepare("DELETE FROM item WHERE expires <= ?").run(Math.floor(now / 1_000));
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

const rowOf = <T>(partition: string, { sort, value, version }: Stored): Row<T> => ({
  key: { partition, sort },
  value: JSON.parse(value) as T,
  version,
});

/** Result codes of SQLite (sqlite.org/rescode.html), and what they mean for the person whose file it is. */
const MEANINGS: Readonly<Record<number, { sentence: string; retryable?: boolean }>> = {
  5: { sentence: "is in use by another process; try again when that has ended", retryable: true },
  8: { sentence: "may not be written; check its permissions" },
  11: { sentence: "is damaged; move it away, and the next audit begins a new one" },
  13: { sentence: "cannot grow, because the disk is full; free some space" },
  14: { sentence: "cannot be opened; check that its folder exists and may be used" },
  26: { sentence: "is no database; move it away, and the next audit begins a new one" },
};

function told<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeFailure(file, error);
  }
}

/** Neither statement nor value is kept: they could hold what was stored. */
function storeFailure(file: string, error: unknown): CurfewError {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
  const known = code === undefined ? undefined : MEANINGS[code];
  const reason = code === undefined ? (error instanceof Error ? error.name : "unknown error") : `SQLite error ${code}`;
  return new CurfewError(
    "store-failed",
    `The database ${JSON.stringify(file)} ${known?.sentence ?? "cannot be used"} (${reason}).`,
    { detail: reason, retryable: known?.retryable ?? false },
  );
}
