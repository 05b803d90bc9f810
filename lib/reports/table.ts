import { styleText } from "node:util";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import type { Check } from "../checks/define-check.ts";
import type { TenantAudit } from "../findings/tenant-audit.ts";
import { formatDuration } from "../model/duration.ts";
import type { Finding, UnknownReason } from "../model/finding.ts";
import type { Severity } from "../model/severity.ts";
import type { AuditReport } from "./audit-report.ts";
import { countBySeverity, type FindingGroup, groupFindings } from "./finding-groups.ts";
import { briefText, terminalText } from "./terminal-text.ts";
import { wrapped } from "./wrapped.ts";

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

/** Of a name and of a sentence no more is shown; the other formats show more. Characters. */
const LONGEST_NAME = 80;
const LONGEST_MESSAGE = 200;

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
    return `${heading}\n${wrapped(why, options.width)}`;
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
  return wrapped(`${found}${accepted}; ${evaluated} of ${enabled} checks evaluated`, options.width);
}

function findingsTable(audit: TenantAudit, options: TableOptions): string {
  const groups = groupFindings(audit).filter(({ check }) => check !== UNREAD);
  if (groups.length === 0) return "";
  return options.width < NARROW ? narrowFindings(groups, options) : wideFindings(groups, options);
}

function wideFindings(groups: readonly FindingGroup[], options: TableOptions): string {
  const widths = columnWidths(Math.min(options.width, WIDEST));
  const rule = paint("gray", widths.map((width) => "─".repeat(width)).join("─┼─"), options);
  const rows = groups.map((group) =>
    row(
      [
        severityText(group.severity, options),
        `${paint("bold", titleOf(group, options), options)}\n${paint("gray", group.check, options)}\n${remedies(group.findings).join("\n")}`,
        resourceLines(group, options).join("\n"),
      ],
      widths,
      options,
    ),
  );
  return [rule, ...rows.flatMap((lines) => [lines, rule])].join("\n");
}

/** Cells side by side, each broken to its width: a long identifier is broken and not cut off. */
function row(cells: readonly string[], widths: readonly number[], options: TableOptions): string {
  const columns = cells.map((cell, index) => wrapAnsi(cell, widths[index] ?? 0, { hard: true }).split("\n"));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map((lines, index) => pad(lines[line] ?? "", widths[index] ?? 0))
      .join(paint("gray", " │ ", options))
      .trimEnd(),
  ).join("\n");
}

const pad = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - stringWidth(text)));

/** Longer lines are hard to read, however wide the terminal. */
const WIDEST = 140;

/** Severity, what and how to mend it, where; between them two borders of three columns. */
function columnWidths(width: number): number[] {
  const severity = 8;
  const rest = width - severity - 6;
  const what = Math.floor(rest * 0.55);
  return [severity, what, rest - what];
}

function narrowFindings(groups: readonly FindingGroup[], options: TableOptions): string {
  return groups
    .flatMap((group) => [
      "",
      wrapped(
        `${severityText(group.severity, options)} ${paint("bold", titleOf(group, options), options)}`,
        options.width,
      ),
      wrapped(paint("gray", group.check, options), options.width, "  "),
      ...resourceLines(group, options).map((line) => wrapped(line, options.width, "  ")),
      ...remedies(group.findings).map((remedy) => wrapped(remedy, options.width, "  ")),
    ])
    .join("\n");
}

function resourceLines(group: FindingGroup, options: TableOptions): string[] {
  const named = group.findings.slice(0, NAMED_RESOURCES);
  const more = group.findings.length - named.length;
  const rest = more === 0 ? [] : [paint("gray", `and ${more} more (all of them: --format json)`, options)];
  const common = commonMessage(group);
  if (common !== undefined && named.length > 1) {
    return [
      briefText(common, LONGEST_MESSAGE),
      ...named.map((finding) => `• ${nameOf(finding, group, options)}`),
      ...rest,
    ];
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
  const name = briefText(resource.name ?? resource.id, LONGEST_NAME);
  const about = aspect === null ? name : `${name} (${briefText(aspect, LONGEST_NAME)})`;
  return finding.severity === group.severity ? about : `${about}, ${severityText(finding.severity, options)}`;
}

/** What was found against what is allowed; the sentence where there is no number. */
function measure({ observed, limit, unit, message }: Finding): string {
  if (observed === null || limit === null) return briefText(message, LONGEST_MESSAGE);
  const text = (value: number): string => (unit === "seconds" ? formatDuration(value) : String(value));
  return `${text(observed)}, limit ${text(limit)}`;
}

/** Sections that could not be read and checks that therefore say nothing: nobody may take them for clean. */
function notLookedAt(audit: TenantAudit, options: TableOptions): string {
  return [unreadSections(audit, options), unevaluatedChecks(audit, options)].filter((part) => part !== "").join("\n");
}

function unreadSections(audit: TenantAudit, options: TableOptions): string {
  const sections = Object.entries(audit.inventory);
  const unread = sections.flatMap(([name, section]) =>
    section.status === "unavailable" ? [{ name, ...section }] : [],
  );
  if (unread.length === 0) return "";
  const title = paint(
    ["bold", "yellow"],
    `Could not be read: ${unread.length} of ${sections.length} sections`,
    options,
  );
  const told = audit.findings.filter(({ check }) => check === UNREAD);
  const mend = (names: readonly string[]) => remedies(told.filter(({ resource }) => names.includes(resource.id)));
  return [title, ...listByReason(unread, options, mend)].join("\n");
}

function unevaluatedChecks(audit: TenantAudit, options: TableOptions): string {
  const checks = audit.checks.flatMap((check) =>
    check.status === "not-evaluated" ? [{ name: check.id, ...check }] : [],
  );
  if (checks.length === 0) return "";
  const enabled = audit.checks.filter((check) => check.status !== "off").length;
  const title = paint(["bold", "yellow"], `Not evaluated: ${checks.length} of ${enabled} checks`, options);
  return [title, ...listByReason(checks, options)].join("\n");
}

interface Unknown {
  name: string;
  reason: UnknownReason;
  detail: string | null;
}

/** @param mend what to do about those that share a reason */
function listByReason(
  unknowns: readonly Unknown[],
  options: TableOptions,
  mend: (names: readonly string[]) => string[] = () => [],
): string[] {
  const byReason = Map.groupBy(unknowns, ({ reason, detail }) =>
    detail === null ? reason : `${reason} (${terminalText(detail)})`,
  );
  return [...byReason].flatMap(([reason, same]) => {
    const names = same.map(({ name }) => name);
    return [
      wrapped(`${reason}: ${names.join(", ")}`, options.width, "  "),
      ...mend(names).map((remedy) => wrapped(remedy, options.width, "    ")),
    ];
  });
}

/** Its findings are told as sections that could not be read. */
const UNREAD = "coverage.section.unavailable";

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
  const found = counts.length === 0 ? nothingFound(failed, incomplete, tenants.length) : `open: ${counts.join(", ")}`;
  return wrapped(paint("bold", `${state}; ${found} (profile ${report.profile})`, options), options.width);
}

/** Nothing found is not the same as nothing there. */
function nothingFound(failed: number, incomplete: number, total: number): string {
  if (failed === total) return "nothing was audited";
  return failed + incomplete === 0 ? "nothing open" : "nothing open in what could be read";
}

const titleOf = (group: FindingGroup, options: TableOptions): string =>
  options.checks.find((check) => check.id === group.check)?.title ?? group.check;

/** What to do about some findings, each once. */
const remedies = (findings: readonly Finding[]): string[] =>
  [...new Set(findings.map(({ remediation }) => remediation))].map((remedy) => `→ ${terminalText(remedy)}`);

const severityText = (severity: Severity, options: TableOptions, text: string = severity): string =>
  paint(SEVERITY_FORMAT[severity], text, options);

const paint = (format: Format, text: string, { color }: TableOptions): string =>
  color ? styleText(format, text, { validateStream: false }) : text;
