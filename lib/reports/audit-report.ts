import type { ProfileName } from "../checks/limits.ts";
import type { ListedException } from "../findings/list-exceptions.ts";
import type { TenantAudit } from "../findings/tenant-audit.ts";
import { isAtLeast, type Severity } from "../model/severity.ts";

/** The result of one audit run, and the one model that every report format is made from. Schema version 1. */
export interface AuditReport {
  schemaVersion: 1;
  /** ISO 8601, UTC. */
  generatedAt: string;
  profile: ProfileName;
  tenants: TenantAudit[];
  /** For people; not part of the JSON report, whose shape is fixed. */
  exceptions: readonly ListedException[];
}

/** The exit codes of `curfew audit`, apart from 130 for an interrupt. */
export type AuditExitCode = 0 | 1 | 2 | 3;

/**
 * The exit code of a run: 3 when every tenant failed, 2 when one failed or something could not be looked at,
 * 1 when a finding is open at or above `failOn`, else 0. What nobody looked at wins over what was found.
 */
export function exitCode(report: Pick<AuditReport, "tenants">, failOn: Severity): AuditExitCode {
  const { tenants } = report;
  if (tenants.every((tenant) => tenant.status === "failed")) return 3;
  if (tenants.some((tenant) => tenant.status !== "complete")) return 2;
  return tenants.some((tenant) => hasOpenFinding(tenant, failOn)) ? 1 : 0;
}

function hasOpenFinding(tenant: TenantAudit, failOn: Severity): boolean {
  return tenant.findings.some(
    ({ status, severity }) => status === "open" && severity !== "info" && isAtLeast(severity, failOn),
  );
}
