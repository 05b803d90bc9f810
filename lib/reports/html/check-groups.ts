import type { Check } from "../../checks/define-check.ts";
import type { Finding } from "../../model/finding.ts";
import { type Severity, worstFirst } from "../../model/severity.ts";
import type { AuditReport } from "../audit-report.ts";

/** A finding and the tenant it is in, as its place in the report. */
export interface Entry {
  finding: Finding;
  tenant: number;
}

/** All findings of one check, in all tenants. */
export interface CheckGroup {
  id: string;
  title: string;
  /** Undefined for a check that the catalogue does not know. */
  check: Check | undefined;
  /** The worst of what is open; of what is excepted when nothing is open. */
  severity: Severity;
  open: number;
  excepted: number;
  /** Open ones first, then worst first; of two equally bad ones the one further off its limit. */
  entries: Entry[];
}

/** Groups all findings by check; the group with the worst open finding comes first. */
export function checkGroups(report: AuditReport, checks: readonly Check[]): CheckGroup[] {
  const known = new Map(checks.map((check) => [check.id, check]));
  const entries = report.tenants.flatMap(({ findings }, tenant) =>
    findings.map((finding): Entry => ({ finding, tenant })),
  );
  return [...Map.groupBy(entries, ({ finding }) => finding.check)]
    .map(([id, found]) => groupOf(id, known.get(id), found))
    .sort(
      (a, b) =>
        Math.sign(b.open) - Math.sign(a.open) || worstFirst(a.severity, b.severity) || a.id.localeCompare(b.id, "en"),
    );
}

function groupOf(id: string, check: Check | undefined, found: Entry[]): CheckGroup {
  const entries = found.toSorted(byUrgency);
  const open = entries.filter(({ finding }) => finding.status === "open").length;
  return {
    id,
    title: check?.title ?? id,
    check,
    severity: entries[0]?.finding.severity ?? "info",
    open,
    excepted: entries.length - open,
    entries,
  };
}

const byUrgency = (a: Entry, b: Entry): number =>
  Number(a.finding.status !== "open") - Number(b.finding.status !== "open") ||
  worstFirst(a.finding.severity, b.finding.severity) ||
  (b.finding.observed ?? Number.MAX_VALUE) - (a.finding.observed ?? Number.MAX_VALUE) ||
  a.tenant - b.tenant;

/** How to mend the findings of a group, in a sentence: its check says it, or the first of them. */
export const groupRemedy = ({ check, entries }: CheckGroup): string | undefined =>
  check?.remediation.summary ?? entries[0]?.finding.remediation;
