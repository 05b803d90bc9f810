import { type Key, tenantPartition } from "../../store/table.ts";
import { type RunKey, startOfRun } from "./run-record.ts";

/** What the sort keys of a tenant's rows begin with. */
export const PREFIX = {
  finding: "FINDING#",
  run: "RUN#",
  sightings: "SIGHTINGS#",
} as const;

const keyIn =
  (prefix: string) =>
  (tenant: string, id: string): Key => ({ partition: tenantPartition(tenant), sort: `${prefix}${id}` });

/** The rows of a tenant's ledger. */
export const findingKey = keyIn(PREFIX.finding);
export const runRowKey = keyIn(PREFIX.run);
export const sightingsKey = (tenant: string, run: RunKey, index: number): Key =>
  keyIn(PREFIX.sightings)(tenant, `${run}#${String(index).padStart(4, "0")}`);
export const headKey = (tenant: string): Key => ({ partition: tenantPartition(tenant), sort: "LEDGER" });

/** What a run leaves behind beside its findings is kept this long: a year, and a month to look back at it. */
const RUN_DAYS = 400;

/** When the rows of a run may be removed, in seconds since the Unix epoch. It follows from the run, so a replay agrees. */
export const runExpires = (run: RunKey): number => Math.floor(Date.parse(startOfRun(run)) / 1_000) + RUN_DAYS * 86_400;
