/** Where a row stands: everything about one tenant, secret or incident shares a partition. */
export interface Key {
  partition: string;
  sort: string;
}

/** A row as it was read. */
export interface Row<T> {
  key: Key;
  /** Plain JSON. */
  value: T;
  /**
   * Counts the writes of this row, from 1; a write may demand that it has not changed. A row that is removed and
   * written again counts from 1 again.
   */
  version: number;
}

/** Part of a partition: the rows whose sort key begins with `prefix`, in the order of their sort keys (UTF-8 bytes). */
export interface Range {
  prefix: string;
  /** Only rows behind this sort key. */
  after?: string;
  /** From the last row to the first. */
  descending?: boolean;
  /**
   * How many rows the reader will probably want. All of them come to whoever reads on; but a store that is paid for by
   * what it reads takes so many at a time, where otherwise it would take a megabyte for the sake of one.
   */
  expected?: number;
}

/** What a write demands, and how long the row is kept. */
export interface PutOptions {
  /** The version that must be there: 0 for none yet. Whatever is there when left out. */
  ifVersion?: number;
  /**
   * Seconds since the Unix epoch after which the row may be removed; kept for good when left out. Until somebody
   * removes it, it is still read.
   */
  expires?: number;
}

/**
 * What Curfew remembers: rows of JSON with conditional writes, and nothing else.
 *
 * DynamoDB implements it (`lib/aws`), and SQLite on a laptop (`lib/local`). Everything that is remembered goes through
 * it, so both agree. The keys are those of the table: `TENANT#<name>` with `FINDING#<id>`, `CREDENTIAL#<clientId>`,
 * `LIFETIME#<audience>`, `OWN#<client id>#<from>#<random>`, `RUN#<key>`, `SIGHTINGS#<key>#<n>`, `LEDGER`; `PENDING` with `RUN#<key>` and
 * `RUN#<key>#rest`; `SECRET#<arn>`; `INCIDENTS`; `INCIDENT#<id>` with `INCIDENT` and those of
 * docs/revocation.md; `NOTICE#<alert id>`, `NOTICE#digest`, `NOTICE#rotations`. Reads see every write that came before them.
 *
 * Every function rejects with CurfewError `store-failed` when the store does not do its work.
 */
export interface Table {
  get<T>(key: Key): Promise<Row<T> | undefined>;
  /**
   * Pages are fetched as they are needed: a partition may be larger than the memory. A row that is written meanwhile
   * may be there or not.
   */
  list<T>(partition: string, range: Range): AsyncIterable<Row<T>>;
  /**
   * Writes a row.
   *
   * @returns false, with nothing written, when `ifVersion` is not what is there
   */
  put<T>(key: Key, value: T, options?: PutOptions): Promise<boolean>;
  /**
   * Removes a row, if there is one.
   *
   * @returns false, with nothing removed, when `ifVersion` is not what is there
   */
  remove(key: Key, options?: Pick<PutOptions, "ifVersion">): Promise<boolean>;
}

/** The partition of everything about one tenant. */
export const tenantPartition = (tenant: string): string => `TENANT#${tenant}`;
