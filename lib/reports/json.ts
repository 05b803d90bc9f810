import type { AuditReport } from "./audit-report.ts";

/** More findings than this are for programs only, and indented they could grow past what one text can hold. */
const INDENTED_FINDINGS = 10_000;

/** The report as JSON, schema version 1: the keys in their documented order, one final line break. */
export function renderJson(report: AuditReport): string {
  const findings = report.tenants.reduce((count, tenant) => count + tenant.findings.length, 0);
  const tenants = report.tenants.map(({ evidence: _, ...tenant }) => tenant);
  return `${JSON.stringify({ ...report, tenants }, null, findings > INDENTED_FINDINGS ? 0 : 2)}\n`;
}
