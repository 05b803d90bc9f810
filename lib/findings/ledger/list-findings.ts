import type { AcceptedException, Finding } from "../../model/finding.ts";
import type { Severity } from "../../model/severity.ts";
import { type Table, tenantPartition } from "../../store/table.ts";
import { countingHistory, type FindingHistory, type FindingRecord, type FindingState } from "./finding-record.ts";
import { PREFIX } from "./keys.ts";
import { type LastSighting, sightingsBefore } from "./last-sighting.ts";
import { unfinishedRuns } from "./lease.ts";
import { type RunKey, startOfRun } from "./run-record.ts";
import { firstSeenIn, isPresent, regressionsIn } from "./transitions.ts";

/** Which findings to list. */
export interface FindingFilter {
  /** All states when left out. */
  status?: FindingState;
  /** Only those whose standing has changed since: ISO 8601, UTC. */
  since?: string;
}

/** A finding as the ledger knows it. All moments are the starts of runs: ISO 8601, UTC. */
export interface LedgerFinding extends Pick<Finding, "id" | "check" | "resource" | "aspect"> {
  status: FindingState;
  /** Of a resolved one: what it was. */
  severity: Severity;
  exception: AcceptedException | null;
  firstSeen: string;
  /** The newest run that saw it. */
  lastSeen: string;
  /** The run at which it became what it is. */
  changedAt: string;
  resolvedAt: string | null;
  /** How often it came back after it had been resolved. */
  regressions: number;
}

/** The findings of a tenant in the order of their ids, as of the last recorded run. */
export async function* listFindings(
  table: Table,
  tenant: string,
  { status, since }: FindingFilter = {},
): AsyncGenerator<LedgerFinding> {
  const unfinished = await unfinishedRuns(table, tenant);
  const lastSighting = sightingsBefore(table, tenant);
  const rows = table.list<FindingRecord>(tenantPartition(tenant), { prefix: PREFIX.finding });
  for await (const { value } of rows) {
    const history = countingHistory(value, unfinished);
    const finding = history && (await describe(history, lastSighting));
    if (!finding || (status !== undefined && finding.status !== status)) continue;
    if (since === undefined || finding.changedAt >= since) yield finding;
  }
}

async function describe(history: FindingHistory, lastSighting: LastSighting): Promise<LedgerFinding | undefined> {
  const last = history.transitions.at(-1);
  if (!last) return undefined;
  const { id, check, resource, aspect } = history;
  return {
    id,
    check,
    resource,
    aspect,
    status: last.state,
    severity: last.severity,
    exception: last.exception ?? null,
    firstSeen: startOfRun(firstSeenIn(history)),
    lastSeen: startOfRun(await lastSeenOf(history, lastSighting)),
    changedAt: startOfRun(last.run),
    resolvedAt: last.state === "resolved" ? startOfRun(last.run) : null,
    regressions: regressionsIn(history),
  };
}

/** Of a resolved one, before it was resolved. */
function lastSeenOf(history: FindingHistory, lastSighting: LastSighting): Promise<RunKey> {
  const { transitions } = history;
  const last = transitions.findLast(isPresent);
  const end = transitions.at(-1);
  // Where its presence was folded away, all that is left is when it ended.
  if (!last || !end) return Promise.resolve(end?.run ?? "");
  return last === end ? lastSighting(history, last.run) : lastSighting(history, last.run, end.run);
}
