import type { Check } from "../lib/checks/define-check.ts";
import type { AuditReport } from "../lib/reports/audit-report.ts";

/** What a format may need beside the report. */
export interface FormatContext {
  checks: readonly Check[];
  /** Columns, for a terminal. */
  width: number;
  color: boolean;
  /** Curfew's version. */
  version: string;
  /** The configuration file, as it was named. */
  configFile: string;
}

type Render = (report: AuditReport, context: FormatContext) => Promise<Iterable<string>>;

/** The formats of `curfew audit --format`. Each loads its renderer when it is used. */
const FORMATS = {
  table: async (report, context) => [(await import("../lib/reports/table.ts")).renderTable(report, context)],
  json: async (report) => (await import("../lib/reports/json.ts")).jsonReport(report),
  html: async (report, context) => [(await import("../lib/reports/html.ts")).renderHtml(report, context)],
  sarif: async (report, context) => (await import("../lib/reports/sarif.ts")).sarifReport(report, context),
} as const satisfies Record<string, Render>;

export type ReportFormat = keyof typeof FORMATS;

/** The names of all formats, the default one first. */
export const REPORT_FORMATS = Object.keys(FORMATS) as readonly ReportFormat[];

/** Renders a report in one format, in pieces that are made while they are written. */
export const renderReport: (
  format: ReportFormat,
  report: AuditReport,
  context: FormatContext,
) => Promise<Iterable<string>> = (format, report, context) => FORMATS[format](report, context);
