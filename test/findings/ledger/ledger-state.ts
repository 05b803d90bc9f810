import {
  countingHistory,
  type FindingHistory,
  type FindingRecord,
} from "../../../lib/findings/ledger/finding-record.ts";
import { unfinishedRuns } from "../../../lib/findings/ledger/lease.ts";
import type { RunRecord } from "../../../lib/findings/ledger/run-record.ts";
import { type Table, tenantPartition } from "../../../lib/store/table.ts";

/** What the ledger of a tenant says, without the bookkeeping of who wrote last. */
export async function ledgerState(table: Table, tenant: string): Promise<FindingHistory[]> {
  const unfinished = await unfinishedRuns(table, tenant);
  const state: FindingHistory[] = [];
  for await (const { value } of table.list<FindingRecord>(tenantPartition(tenant), { prefix: "FINDING#" })) {
    const history = countingHistory(value, unfinished);
    if (history) state.push(history);
  }
  return state;
}

/** All records of runs, in their order. */
export async function runRecords(table: Table, tenant: string): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for await (const { value } of table.list<RunRecord>(tenantPartition(tenant), { prefix: "RUN#" })) records.push(value);
  return records;
}
