import type { TenantAudit } from "../../findings/tenant-audit.ts";
import { foreign, type Html, html } from "../../html/markup.ts";
import { SEVERITIES } from "../../model/severity.ts";
import type { AuditReport } from "../audit-report.ts";
import { countBySeverity } from "../finding-groups.ts";
import { statusBadge } from "./badges.ts";
import { type Segment, stackedBar } from "./charts.ts";
import { checkCoverage, coverageSegments, type Expected } from "./coverage.ts";
import { hasGap } from "./gaps.ts";
import { FAILURES, number } from "./words.ts";

/** A tenant, its place in the report and what is open in it. */
interface Row {
  audit: TenantAudit;
  index: number;
  open: Segment[];
}

/** Every tenant in one line: those that could not be audited first, then the worst. */
export function tenantTable({ tenants }: AuditReport, expected: Expected): Html {
  const rows = tenants.map((audit, index): Row => ({ audit, index, open: openSegments(audit) })).sort(byUrgency);
  const most = Math.max(1, ...rows.map(({ open }) => total(open)));
  return html`<h3>Tenants</h3>
<table class="tenants">
<caption class="unseen">Tenants with status, open findings and coverage</caption>
<thead><tr><th scope="col">Tenant</th><th scope="col">Status</th>
<th scope="col">Open findings</th><th scope="col">Checks evaluated</th></tr></thead>
<tbody>${rows.map((row) => renderRow(row, most, expected))}</tbody>
</table>`;
}

function renderRow({ audit, index, open }: Row, most: number, expected: Expected): Html {
  const { tenant, domain, status } = audit;
  const coverage = checkCoverage(audit, expected);
  return html`
<tr><th scope="row"><a href="#tenant-${index}">${tenant}</a><small>${foreign(domain)}</small></th>
<td data-label="Status">${statusBadge(status)}</td>
<td data-label="Open findings">${status === "failed" ? whyFailed(audit) : openCell(index, open, most, audit)}</td>
<td data-label="Checks evaluated">${stackedBar("Checks", coverageSegments(coverage, "evaluated"))}<small>${number(coverage.known)} of ${number(coverage.known + coverage.unknown)}</small></td></tr>`;
}

/** Why a tenant was not audited, in words. */
export const whyFailed = ({ reason, detail }: TenantAudit): Html =>
  html`<strong>${reason === null ? "Not audited" : FAILURES[reason]}</strong>${detail !== null && html`<small>${foreign(detail)}</small>`}`;

function openCell(index: number, open: readonly Segment[], most: number, audit: TenantAudit): Html {
  const excepted = audit.findings.filter((finding) => finding.status === "excepted").length;
  const accepted = excepted > 0 && html`, ${number(excepted)} excepted`;
  if (open.length === 0) {
    const nothing = !hasGap(audit) ? "Nothing open" : "Nothing open in what was read";
    return html`<span class="quiet">${nothing}${accepted}</span>`;
  }
  const text = open.map(({ label, count }) => `${number(count)} ${label}`).join(", ");
  return html`${stackedBar("Open findings", open, most)}<small><a href="#findings" data-tenant="${index}">${text}</a>${accepted}</small>`;
}

const openSegments = (audit: TenantAudit): Segment[] =>
  countBySeverity([audit]).map(([severity, count]) => ({ label: severity, count, tone: severity }));

function byUrgency(a: Row, b: Row): number {
  const failed = Number(b.audit.status === "failed") - Number(a.audit.status === "failed");
  if (failed !== 0) return failed;
  for (const severity of SEVERITIES.toReversed()) {
    const more = countOf(b, severity) - countOf(a, severity);
    if (more !== 0) return more;
  }
  return Number(a.audit.status === "complete") - Number(b.audit.status === "complete") || a.index - b.index;
}

const countOf = ({ open }: Row, severity: string): number => open.find(({ tone }) => tone === severity)?.count ?? 0;

const total = (segments: readonly Segment[]): number => segments.reduce((sum, { count }) => sum + count, 0);
