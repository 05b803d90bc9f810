import { type Table, tenantPartition } from "../store/table.ts";
import type { Instant } from "./history.ts";

/** What of a run's record concerns us; the ledger writes it (`RUN#<key>`). */
interface PastRun {
  run: { startedAt: string };
  state: string;
  status: string;
}

/** When a tenant was audited before a run. */
export interface PastRuns {
  /** The newest complete one; undefined for none. */
  lastComplete: Instant | undefined;
  /** The first of all, complete or not; undefined for none. */
  first: Instant | undefined;
}

const RUN_PREFIX = "RUN#";

/** The run itself, and one that counts; now and then one that does not. */
const RUNS_AT_ONCE = 3;

/** Looks for earlier runs. A run that the ledger did not finish recording is as if it had not been. */
export async function pastRuns(table: Table, tenant: string, run: string): Promise<PastRuns> {
  const partition = tenantPartition(tenant);
  let first: Instant | undefined;
  for await (const row of table.list<PastRun>(partition, { prefix: RUN_PREFIX, expected: RUNS_AT_ONCE })) {
    if (row.key.sort >= `${RUN_PREFIX}${run}`) break;
    if (row.value.state !== "recorded") continue;
    first = Date.parse(row.value.run.startedAt);
    break;
  }
  if (first === undefined) return { first, lastComplete: undefined };
  const backwards = { prefix: RUN_PREFIX, descending: true, expected: RUNS_AT_ONCE };
  for await (const row of table.list<PastRun>(partition, backwards)) {
    const { state, status, run: past } = row.value;
    const isEarlier = row.key.sort < `${RUN_PREFIX}${run}`;
    if (isEarlier && state === "recorded" && status === "complete") {
      return { first, lastComplete: Date.parse(past.startedAt) };
    }
  }
  return { first, lastComplete: undefined };
}
