import type { Change, ChangeKind, RunRecord, RunRef } from "../findings/ledger/run-record.ts";
import { isUrgent, URGENT_SEVERITIES, WORSENING, worsens } from "../findings/ledger/urgent.ts";
import { SEVERITIES, type Severity, worstFirst } from "../model/severity.ts";

/** What one run left behind, for all of its tenants. */
export interface RunReport {
  run: RunRef;
  /** The tenants that have a recorded RunRecord. */
  records: readonly RunRecord[];
  /** The tenants of the run that have none: nobody knows what became of them. */
  missing: readonly string[];
}

/** A change, and the tenant whose it is. */
export interface TenantChange extends Change {
  tenant: string;
}

/** What gets worse and can wait for the digest. */
export const canWait = (change: Change): boolean => worsens(change) && !isUrgent(change);

/** What is told again, because it has been open for a while. */
export const isReminder = ({ kind, severity, openForDays }: Change): boolean =>
  kind === "still-open" && openForDays !== undefined && URGENT_SEVERITIES.includes(severity);

/** The changes of a run that fulfil a condition, worst first; the order depends on nothing but them. */
export function changesOf(report: RunReport, wanted: (change: Change) => boolean): TenantChange[] {
  return report.records
    .flatMap(({ tenant, changes }) => changes.filter(wanted).map((change) => ({ ...change, tenant })))
    .sort(worstChangeFirst);
}

export const worstChangeFirst = (a: TenantChange, b: TenantChange): number =>
  worstFirst(a.severity, b.severity) || compare(a.tenant, b.tenant) || compare(a.finding, b.finding);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How many urgent changes of a tenant a run counted and did not list. */
export interface Unlisted {
  tenant: string;
  /** Of the worst of them. */
  severity: Severity;
  count: number;
}

/** The tenants of which a run counted more urgent changes than it lists, by name. */
export const unlistedUrgent = ({ records }: RunReport): Unlisted[] =>
  records
    .flatMap((record) => {
      const counts = URGENT_SEVERITIES.map((severity) => unlistedCount(record, WORSENING, [severity]));
      const severity = URGENT_SEVERITIES.findLast((_, index) => (counts[index] ?? 0) > 0);
      return severity === undefined ? [] : [{ tenant: record.tenant, severity, count: sum(counts) }];
    })
    .sort((a, b) => compare(a.tenant, b.tenant));

/**
 * How many more findings changed in one of these ways than the record lists: none, unless its list is full. Not for
 * `still-open`, of which a record lists only those that pass a mark.
 */
export function unlistedCount(
  { totals, changes }: RunRecord,
  kinds: readonly ChangeKind[],
  severities: readonly Severity[] = SEVERITIES,
): number {
  const listed = changes.filter(({ kind, severity }) => kinds.includes(kind) && severities.includes(severity)).length;
  const counted = sum(kinds.flatMap((kind) => severities.map((severity) => totals[kind]?.[severity] ?? 0)));
  return Math.max(0, counted - listed);
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
