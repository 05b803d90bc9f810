import { type RunRecord, type RunRef, runKey } from "../findings/ledger/run-record.ts";
import { lastAudit, markAnnounced, runOf } from "../findings/ledger/runs.ts";
import { someAtOnce } from "../findings/ledger/some-at-once.ts";
import type { Key, Row, Table } from "../store/table.ts";
import type { RunReport } from "./run-report.ts";

/**
 * `PENDING` / `RUN#<key>`: a run of which people were not told everything yet; `RUN#<key>#rest`: of tenants that had no
 * record yet when the others were told of.
 */
export interface PendingRun {
  run: RunRef;
  /** The tenants to tell of, by name: every one of the run, or those of this part. */
  tenants: readonly string[];
  /** True where people heard that these tenants left no record: only what they recorded late is to be told. */
  areMissingTold: boolean;
  /**
   * Until then it is somebody's work; afterwards they must have died, and whoever comes takes over. That a run itself
   * has died may be known before. ISO 8601.
   */
  heldUntil: string;
  /** True once everything was told that people hear at once. */
  isTold: boolean;
  /** True once a digest covered it. */
  isDigested: boolean;
}

const PARTITION = "PENDING";
const PREFIX = "RUN#";

export const pendingKey = (run: RunRef): Key => ({ partition: PARTITION, sort: `${PREFIX}${runKey(run)}` });

const restKey = (run: RunRef): Key => ({ partition: PARTITION, sort: `${pendingKey(run).sort}#rest` });

/**
 * Notes that a run has begun, so that its tenants are told of even when it dies before it ends.
 * Noting it again changes nothing.
 *
 * @param heldUntil the latest moment at which the run itself tells people: milliseconds since the Unix epoch
 */
export async function noteRun(run: RunRef, tenants: readonly string[], heldUntil: number, table: Table): Promise<void> {
  await table.put(pendingKey(run), pending(run, tenants, heldUntil), { ifVersion: 0 });
}

/**
 * Notes what is left of a run: tenants without a record, of which one may still come. Noting it again changes nothing.
 *
 * @param rest when nothing more can come, in milliseconds since the Unix epoch, and whether people heard that there is
 * no record
 */
export async function noteRest(
  { run, tenants, freeAt, areMissingTold }: Pick<PendingRun, "run" | "tenants" | "areMissingTold"> & { freeAt: number },
  table: Table,
): Promise<void> {
  await table.put(restKey(run), { ...pending(run, tenants, freeAt), areMissingTold }, { ifVersion: 0 });
}

export const pending = (run: RunRef, tenants: readonly string[], heldUntil: number): PendingRun => ({
  run,
  tenants: [...new Set(tenants)].sort(),
  areMissingTold: false,
  heldUntil: new Date(heldUntil).toISOString(),
  isTold: false,
  isDigested: false,
});

/** All runs that are not done with, the oldest first. */
export async function pendingRuns(table: Table): Promise<Row<PendingRun>[]> {
  const rows: Row<PendingRun>[] = [];
  for await (const row of table.list<PendingRun>(PARTITION, { prefix: PREFIX })) rows.push(row);
  return rows;
}

/** Rows read at once: each is a request of its own. */
const AT_ONCE = 20;

/**
 * Reads what a run left behind: of all its tenants, so that it is the same report however often it is read.
 * A record whose findings are not all in the ledger counts as missing.
 */
export async function readReport(
  { run, tenants }: Pick<PendingRun, "run" | "tenants">,
  table: Table,
): Promise<RunReport> {
  const records: RunRecord[] = [];
  for (let start = 0; start < tenants.length; start += AT_ONCE) {
    const found = await Promise.all(
      tenants.slice(start, start + AT_ONCE).map((tenant) => runOf(table, tenant, runKey(run))),
    );
    records.push(...found.flatMap((record) => (record?.state === "recorded" ? [record] : [])));
  }
  const known = new Set(records.map(({ tenant }) => tenant));
  return { run, records, missing: tenants.filter((tenant) => !known.has(tenant)) };
}

/** The last audit of each of these tenants, where there is one; one that failed does not count. */
export async function lastAudits(tenants: readonly string[], table: Table): Promise<RunRecord[]> {
  const found: RunRecord[] = [];
  await someAtOnce(tenants, AT_ONCE, async (tenant) => {
    const record = await lastAudit(table, tenant);
    if (record) found.push(record);
  });
  return found;
}

/** Notes in the records of a run that people were told about it. */
export async function markTold({ run, tenants }: PendingRun, table: Table): Promise<void> {
  for (let start = 0; start < tenants.length; start += AT_ONCE) {
    await Promise.all(tenants.slice(start, start + AT_ONCE).map((tenant) => markAnnounced(table, tenant, runKey(run))));
  }
}
