import { styleText } from "node:util";
import Table from "cli-table3";
import wrapAnsi from "wrap-ansi";
import type { Check } from "../checks/define-check.ts";
import { isBlinding, type TenantAudit } from "../findings/tenant-audit.ts";
import { formatDuration } from "../model/duration.ts";
import type { CheckResult, Finding } from "../model/finding.ts";
import type { Severity } from "../model/severity.ts";
import type { AuditReport } from "./audit-report.ts";
import { countBySeverity, type FindingGroup, groupFindings } from "./finding-groups.ts";
import { terminalText } from "./terminal-text.ts";

/** How the table is drawn. */
export interface TableOptions {
  /** Columns of the terminal. */
  width: number;
  color: boolean;
  /** Titles come from here. */
  checks: readonly Check[];
}

/** More resources of one check than this are counted instead of named; the JSON report names all. */
const NAMED_RESOURCES = 8;

/** Below this a second column would hold one word a line. */
const NARROW = 70;

type Format = Parameters<typeof styleText>[0];

const SEVERITY_FORMAT: Readonly<Record<Severity, Format>> = {
  critical: ["bold", "white", "bgRed"],
  high: ["bold", "red"],
  medium: "yellow",
  low: "cyan",
  info: "gray",
};

/** The report for a tired person: worst first, grouped, what to do, and what could not be looked at. */
export function renderTable(report: AuditReport, options: TableOptions): string {
  const parts = report.tenants.map((tenant) => renderTenant(tenant, options));
  return `${[...parts, renderTotals(report, options)].join("\n\n")}\n`;
}

function renderTenant(audit: TenantAudit, options: TableOptions): string {
  const heading = `${paint("bold", terminalText(audit.tenant), options)}  ${paint("gray", audit.domain, options)}`;
  if (audit.status === "failed") {
    const why = `${paint(["bold", "red"], "not audited", options)} (${audit.reason}): ${terminalText(audit.detail ?? "")}`;
    return `${heading}\n${wrapped(why, options)}`;
  }
  return [heading, summaryLine(audit, options), findingsTable(audit, options), notLookedAt(audit, options)]
    .filter((part) => part !== "")
    .join("\n");
}

function summaryLine(audit: TenantAudit, options: TableOptions): string {
  const counts = countBySeverity([audit]).map(([severity, count]) =>
    severityText(severity, options, `${count} ${severity}`),
  );
  const excepted = audit.findings.filter((finding) => finding.status === "excepted").length;
  const evaluated = audit.checks.filter((check) => check.status === "pass" || check.status === "fail").length;
  const enabled = audit.checks.filter((check) => check.status !== "off").length;
  const found = counts.length === 0 ? paint("green", "nothing open", options) : counts.join(", ");
  const accepted = excepted === 0 ? "" : `, ${excepted} excepted`;
  return wrapped(`${found}${accepted}; ${evaluated} of ${enabled} checks evaluated`, options);
}

function findingsTable(audit: TenantAudit, options: TableOptions): string {
  const groups = groupFindings(audit);
  if (groups.length === 0) return "";
  return options.width < NARROW ? narrowFindings(groups, options) : wideFindings(groups, options);
}

function wideFindings(groups: readonly FindingGroup[], options: TableOptions): string {
  const severityWidth = 10;
  const rest = Math.min(options.width, 140) - severityWidth - 4;
  const left = Math.floor(rest * 0.55);
  const table = new Table({
    colWidths: [severityWidth, left, rest - left],
    wordWrap: true,
    style: { head: [], border: options.color ? ["gray"] : [], compact: false },
  });
  for (const group of groups) {
    table.push([
      severityText(group.severity, options),
      `${paint("bold", titleOf(group, options), options)}\n${paint("gray", group.check, options)}\n→ ${remedy(group)}`,
      resourceLines(group, options).join("\n"),
    ]);
  }
  return table.toString();
}

function narrowFindings(groups: readonly FindingGroup[], options: TableOptions): string {
  return groups
    .flatMap((group) => [
      "",
      wrapped(`${severityText(group.severity, options)} ${paint("bold", titleOf(group, options), options)}`, options),
      `  ${paint("gray", group.check, options)}`,
      ...resourceLines(group, options).map((line) => wrapped(line, options, "  ")),
      wrapped(`→ ${remedy(group)}`, options, "  "),
    ])
    .join("\n");
}

function resourceLines(group: FindingGroup, options: TableOptions): string[] {
  const named = group.findings.slice(0, NAMED_RESOURCES);
  const more = group.findings.length - named.length;
  const rest = more === 0 ? [] : [paint("gray", `and ${more} more (all of them: --format json)`, options)];
  const common = commonMessage(group);
  if (common !== undefined && named.length > 1) {
    return [terminalText(common), ...named.map((finding) => `• ${nameOf(finding, group, options)}`), ...rest];
  }
  return [...named.map((finding) => `${nameOf(finding, group, options)}: ${measure(finding)}`), ...rest];
}

/** What all findings of a group say in the same words, if they do: it is then said once. */
function commonMessage({ findings }: FindingGroup): string | undefined {
  const [first, ...others] = findings;
  return others.every((finding) => finding.message === first?.message) ? first?.message : undefined;
}

function nameOf(finding: Finding, group: FindingGroup, options: TableOptions): string {
  const { resource, aspect } = finding;
  const name = terminalText(resource.name ?? resource.id);
  const about = aspect === null ? name : `${name} (${aspect})`;
  const milder = finding.severity === group.severity ? "" : `${severityText(finding.severity, options)} `;
  return `${milder}${about}`;
}

/** What was found against what is allowed; the sentence where there is no number. */
function measure({ observed, limit, unit, message }: Finding): string {
  if (observed === null || limit === null) return terminalText(message);
  const text = (value: number): string => (unit === "seconds" ? formatDuration(value) : String(value));
  return `${text(observed)}, limit ${text(limit)}`;
}

function notLookedAt(audit: TenantAudit, options: TableOptions): string {
  const blind = audit.checks.filter((check) => check.status === "not-evaluated");
  if (blind.length === 0) return "";
  const byReason = Map.groupBy(blind, (check) => reasonOf(check));
  const lines = [...byReason].map(([reason, checks]) =>
    wrapped(`${reason}: ${checks.map((check) => check.id).join(", ")}`, options, "  "),
  );
  const some = blind.some((check) => isBlinding(check.reason));
  const title = paint(some ? ["bold", "yellow"] : "gray", `Not evaluated (${blind.length})`, options);
  return [title, ...lines].join("\n");
}

function reasonOf(check: CheckResult & { status: "not-evaluated" }): string {
  return check.detail === null ? check.reason : `${check.reason} ${terminalText(check.detail)}`;
}

function renderTotals(report: AuditReport, options: TableOptions): string {
  const { tenants } = report;
  const failed = tenants.filter((tenant) => tenant.status === "failed").length;
  const incomplete = tenants.filter((tenant) => tenant.status === "incomplete").length;
  const counts = countBySeverity(tenants).map(([severity, count]) => `${count} ${severity}`);
  const state = [
    `${tenants.length} ${tenants.length === 1 ? "tenant" : "tenants"}`,
    ...(failed === 0 ? [] : [`${failed} not audited`]),
    ...(incomplete === 0 ? [] : [`${incomplete} incomplete`]),
  ].join(", ");
  const found = counts.length === 0 ? "nothing open" : `open: ${counts.join(", ")}`;
  return wrapped(paint("bold", `${state}; ${found} (profile ${report.profile})`, options), options);
}

const titleOf = (group: FindingGroup, options: TableOptions): string =>
  options.checks.find((check) => check.id === group.check)?.title ?? group.check;

const remedy = (group: FindingGroup): string => terminalText(group.findings[0]?.remediation ?? "");

const severityText = (severity: Severity, options: TableOptions, text: string = severity): string =>
  paint(SEVERITY_FORMAT[severity], text, options);

const paint = (format: Format, text: string, { color }: TableOptions): string =>
  color ? styleText(format, text, { validateStream: false }) : text;

/** Breaks a text to the width of the terminal. */
function wrapped(text: string, { width }: TableOptions, indent = ""): string {
  return wrapAnsi(text, Math.max(20, width - indent.length))
    .split("\n")
    .map((line) => `${indent}${line}`)
    .join("\n");
}
