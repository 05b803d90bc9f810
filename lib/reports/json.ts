import type { AuditReport } from "./audit-report.ts";

/** The report as JSON, schema version 1: the keys in their documented order, one final line break. */
export function renderJson(report: AuditReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
