import type { ChangeKind, RunRecord } from "../findings/ledger/run-record.ts";
import { isUrgent, URGENT_SEVERITIES, WORSENING } from "../findings/ledger/urgent.ts";
import { SEVERITIES, type Severity } from "../model/severity.ts";
import { harmless } from "./harmless-text.ts";
import { type Unaudited, unaudited } from "./not-audited.ts";
import {
  canWait,
  changesOf,
  type RunReport,
  sum,
  type TenantChange,
  unlistedCount,
  worstChangeFirst,
} from "./run-report.ts";

/** What the runs since the last digest amount to. */
export interface Day {
  runs: number;
  /** The newest record of each tenant that was audited, by name. */
  latest: readonly RunRecord[];
  failed: readonly Unaudited[];
  /** Tenants that are configured and were in none of the runs, by name. */
  unseen: readonly string[];
  incomplete: readonly RunRecord[];
  waiting: readonly TenantChange[];
  /** How many findings people heard of at once. */
  urgent: number;
  resolved: readonly TenantChange[];
  accepted: readonly TenantChange[];
  expiring: readonly TenantChange[];
  notes: readonly string[];
  /** How many more changes the records count than they list. */
  unlisted(kinds: readonly ChangeKind[], severities?: readonly Severity[]): number;
}

/** Severities that can wait for the digest. */
export const CAN_WAIT: readonly Severity[] = SEVERITIES.filter((severity) => !URGENT_SEVERITIES.includes(severity));

/**
 * @param reports in any order
 * @param tenants all that are configured
 */
export function summarizeDay(reports: readonly RunReport[], tenants: readonly string[]): Day {
  const ordered = reports.toSorted((a, b) => (a.run.startedAt < b.run.startedAt ? -1 : 1));
  const records = ordered.flatMap((report) => report.records);
  const latest = [...new Map(records.map((record) => [record.tenant, record])).values()].sort(byTenant);
  const changes = (wanted: (change: { kind: ChangeKind }) => boolean) =>
    distinct(ordered.flatMap((report) => changesOf(report, wanted)));
  const unlisted: Day["unlisted"] = (kinds, severities) =>
    sum(records.map((record) => unlistedCount(record, kinds, severities)));
  const failed = lastFailures(ordered);
  const seen = new Set([...latest, ...failed].map(({ tenant }) => tenant));
  return {
    runs: reports.length,
    latest: latest.filter(({ status }) => status !== "failed"),
    failed,
    unseen: tenants.filter((tenant) => !seen.has(tenant)).toSorted(),
    incomplete: latest.filter(({ status }) => status === "incomplete"),
    waiting: distinct(ordered.flatMap((report) => changesOf(report, canWait))),
    urgent: sum(ordered.map((report) => changesOf(report, isUrgent).length)) + unlisted(WORSENING, URGENT_SEVERITIES),
    resolved: changes(({ kind }) => kind === "resolved"),
    accepted: changes(({ kind }) => kind === "excepted"),
    expiring: changes(({ kind }) => kind === "exception-expiring"),
    notes: [
      ...new Set(records.flatMap(({ tenant, notes }) => notes.map((note) => `${tenant}: ${harmless(note, 300)}`))),
    ],
    unlisted,
  };
}

/** The tenants that none of the runs audited, tried or not, by name: of these, what was known before still counts. */
export function notSeen(reports: readonly RunReport[], tenants: readonly string[]): string[] {
  const { failed, unseen } = summarizeDay(reports, tenants);
  return [...failed.map(({ tenant }) => tenant), ...unseen].sort();
}

const byTenant = (a: RunRecord, b: RunRecord): number => (a.tenant < b.tenant ? -1 : 1);

/** What happened to one finding in several runs: every kind of change once, as the last run told it. */
function distinct(changes: readonly TenantChange[]): TenantChange[] {
  const last = new Map(changes.map((change) => [JSON.stringify([change.tenant, change.finding, change.kind]), change]));
  return [...last.values()].sort(worstChangeFirst);
}

/** The tenants that no run after their failure has audited. */
function lastFailures(ordered: readonly RunReport[]): Unaudited[] {
  const state = new Map<string, Unaudited | null>();
  for (const report of ordered) {
    for (const { tenant } of report.records) state.set(tenant, null);
    for (const failure of unaudited(report)) state.set(failure.tenant, failure);
  }
  return [...state.values()].filter((failure) => failure !== null).sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
}
