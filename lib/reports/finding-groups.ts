import type { TenantAudit } from "../findings/tenant-audit.ts";
import type { Finding } from "../model/finding.ts";
import { SEVERITIES, type Severity, worstFirst } from "../model/severity.ts";

/** The open findings of one check in one tenant. */
export interface FindingGroup {
  check: string;
  /** The worst severity in the group. */
  severity: Severity;
  /** Worst first; of two equally bad ones the one further off its limit. */
  findings: Finding[];
}

/** Groups the open findings of a tenant by check; the group with the worst finding comes first. */
export function groupFindings(audit: TenantAudit): FindingGroup[] {
  const byCheck = Map.groupBy(
    audit.findings.filter((finding) => finding.status === "open"),
    (finding) => finding.check,
  );
  return [...byCheck]
    .map(([check, found]): FindingGroup => {
      const findings = found.toSorted(
        (a, b) =>
          worstFirst(a.severity, b.severity) || (b.observed ?? Number.MAX_VALUE) - (a.observed ?? Number.MAX_VALUE),
      );
      return { check, severity: findings[0]?.severity ?? "info", findings };
    })
    .sort((a, b) => worstFirst(a.severity, b.severity) || a.check.localeCompare(b.check, "en"));
}

/** How many open findings there are of each severity, worst first, those with none left out. */
export function countBySeverity(audits: readonly TenantAudit[]): [Severity, number][] {
  const open = audits.flatMap((audit) => audit.findings).filter((finding) => finding.status === "open");
  return SEVERITIES.toReversed()
    .map((severity): [Severity, number] => [severity, open.filter((finding) => finding.severity === severity).length])
    .filter(([, count]) => count > 0);
}
