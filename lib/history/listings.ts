import { type Table, tenantPartition } from "../store/table.ts";
import type { Instant } from "./history.ts";
import { type Stored, updateRow } from "./update-row.ts";

/** `LISTING#clients` of a tenant: the runs that read the list of clients to its end. */
interface ListingRecord {
  /** When they were started; the newest ones, in the order of time. */
  runs: readonly Instant[];
}

const LISTING_SORT = "LISTING#clients";

/** More runs than ever are under way at once. */
const KEPT_RUNS = 10;

/** When the list of clients was last read to its end before `startedAt`; undefined when never. */
export function listedBefore({ runs }: ListingRecord, startedAt: Instant): Instant | undefined {
  return runs.findLast((run) => run < startedAt);
}

/** Reads what is known of earlier listings. */
export async function readListings(table: Table, tenant: string): Promise<Stored<ListingRecord> | undefined> {
  return table.get<ListingRecord>({ partition: tenantPartition(tenant), sort: LISTING_SORT });
}

/** Records that this run read the list to its end. Only once its clients are recorded: a client that is not, is new. */
export async function recordListing(
  table: Table,
  tenant: string,
  known: Stored<ListingRecord> | undefined,
  startedAt: Instant,
): Promise<void> {
  await updateRow<ListingRecord>(
    table,
    { partition: tenantPartition(tenant), sort: LISTING_SORT },
    known,
    (record) => ({ runs: [...new Set([...(record?.runs ?? []), startedAt])].sort((a, b) => a - b).slice(-KEPT_RUNS) }),
  );
}
