import type { Table } from "../../store/table.ts";
import { tenantPartition } from "../../store/table.ts";
import { PREFIX, runExpires, runRowKey, sightingsKey } from "./keys.ts";
import { type RunKey, type RunRecord, runKey } from "./run-record.ts";

/** The record of a run; it counts only when it is `recorded`. */
export const runOf = async (table: Table, tenant: string, run: RunKey): Promise<RunRecord | undefined> =>
  (await table.get<RunRecord>(runRowKey(tenant, run)))?.value;

/** Mostly the run itself and the one before it are looked at, and seldom more than the next. */
const RUNS_AT_ONCE = 3;

/** The recorded runs before `run`, the newest first; all of them when it is left out. */
export async function* earlierRuns(table: Table, tenant: string, run?: RunKey): AsyncGenerator<RunRecord> {
  const range = { prefix: PREFIX.run, descending: true, expected: RUNS_AT_ONCE };
  const rows = table.list<RunRecord>(tenantPartition(tenant), range);
  for await (const { value } of rows) {
    if (value.state === "recorded" && (run === undefined || runKey(value.run) < run)) yield value;
  }
}

/** The recorded runs behind `run`, in their order. There are some only when `run` comes late. */
export async function laterRuns(table: Table, tenant: string, run: RunKey): Promise<RunRecord[]> {
  const later: RunRecord[] = [];
  const after = runRowKey(tenant, run).sort;
  for await (const { value } of table.list<RunRecord>(tenantPartition(tenant), { prefix: PREFIX.run, after })) {
    if (value.state === "recorded") later.push(value);
  }
  return later;
}

/** The newest run before `run` (of all, when it is left out) in which the tenant was audited; a failed one does not count. */
export async function lastAudit(table: Table, tenant: string, run?: RunKey): Promise<RunRecord | undefined> {
  for await (const record of earlierRuns(table, tenant, run)) if (record.status !== "failed") return record;
  return undefined;
}

/** The newest run before `run` that could look at everything; undefined when there is none. */
export async function lastCompleteRun(table: Table, tenant: string, run: RunKey): Promise<RunRecord | undefined> {
  for await (const record of earlierRuns(table, tenant, run)) if (record.status === "complete") return record;
  return undefined;
}

/** Notes that people were told about a run. Doing it again changes nothing. */
export async function markAnnounced(table: Table, tenant: string, run: RunKey): Promise<void> {
  for (;;) {
    const row = await table.get<RunRecord>(runRowKey(tenant, run));
    if (row?.value.state !== "recorded" || row.value.announced) return;
    const told: RunRecord = { ...row.value, announced: true };
    if (await table.put(row.key, told, { ifVersion: row.version, expires: runExpires(run) })) return;
  }
}

/** Ids in one row: 26 characters each, so 5,000 of them take a third of what a row may hold. */
const SIGHTINGS_IN_A_ROW = 5_000;

/**
 * Keeps the ids of findings that a run saw, although its silence about them would have meant nothing.
 *
 * @returns the number of rows
 */
export async function putSightings(table: Table, tenant: string, run: RunKey, ids: readonly string[]): Promise<number> {
  const rows = Math.ceil(ids.length / SIGHTINGS_IN_A_ROW);
  for (let index = 0; index < rows; index += 1) {
    const part = ids.slice(index * SIGHTINGS_IN_A_ROW, (index + 1) * SIGHTINGS_IN_A_ROW);
    await table.put(sightingsKey(tenant, run, index), { ids: part }, { expires: runExpires(run) });
  }
  return rows;
}

/** The ids that {@link putSightings} kept. */
export async function sightingsOf(table: Table, { run, tenant, sightings = 0 }: RunRecord): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let index = 0; index < sightings; index += 1) {
    const row = await table.get<{ ids: string[] }>(sightingsKey(tenant, runKey(run), index));
    for (const id of row?.value.ids ?? []) ids.add(id);
  }
  return ids;
}
