import { type RunRecord, type RunRef, runKey } from "../findings/ledger/run-record.ts";
import { runOf } from "../findings/ledger/runs.ts";
import { someAtOnce } from "../findings/ledger/some-at-once.ts";
import type { Table } from "../store/table.ts";

/** What a run over many tenants came to. */
export interface RunCounts {
  /** Tenants that were audited, completely or not. */
  audited: number;
  /** Of these, the ones where something that should have been looked at could not be. */
  incomplete: number;
  /** Tenants of which nothing is known: they failed, or their audit died. */
  notAudited: number;
}

/** Rows that are asked for at once. */
const ROWS_AT_ONCE = 20;

/** Counts what became of the tenants of a run. A tenant without a record was not audited. */
export async function countRun(table: Table, run: RunRef, tenants: readonly string[]): Promise<RunCounts> {
  const counts: RunCounts = { audited: 0, incomplete: 0, notAudited: 0 };
  await someAtOnce(tenants, ROWS_AT_ONCE, async (tenant) => {
    const record = await runOf(table, tenant, runKey(run));
    if (!isAudited(record)) counts.notAudited += 1;
    else {
      counts.audited += 1;
      if (record.status === "incomplete") counts.incomplete += 1;
    }
  });
  return counts;
}

const isAudited = (record: RunRecord | undefined): record is RunRecord =>
  record?.state === "recorded" && record.status !== "failed";
