import { type Html, html } from "../../html/markup.ts";
import type { Severity } from "../../model/severity.ts";
import { SEVERITIES } from "../../model/severity.ts";
import type { AuditReport } from "../audit-report.ts";
import { countBySeverity } from "../finding-groups.ts";
import { legend, type Segment, stackedBar } from "./charts.ts";
import {
  addCoverage,
  type Coverage,
  checkCoverage,
  coverageSegments,
  type Expected,
  sectionCoverage,
} from "./coverage.ts";
import { tenantTable } from "./tenant-table.ts";
import { capitalized, number } from "./words.ts";

/** How bad it is, how much of it is known, and where. */
export function overviewSection(report: AuditReport, expected: Expected): Html {
  return html`<section id="overview" aria-labelledby="overview-title">
<h2 id="overview-title">Overview</h2>
<div class="cards">${severityCard(report)}${coverageCard(report, expected)}</div>
${tenantTable(report, expected)}
</section>`;
}

function severityCard({ tenants }: AuditReport): Html {
  const counts = new Map<Severity, number>(countBySeverity(tenants));
  const open = [...counts.values()].reduce((total, count) => total + count, 0);
  const excepted = tenants.flatMap(({ findings }) => findings).filter(({ status }) => status === "excepted").length;
  const most = Math.max(1, ...counts.values());
  return html`<div class="card">
<h3>Open findings by severity</h3>
<p class="figure">${number(open)} <span>open${excepted > 0 && html`, ${number(excepted)} excepted`}</span></p>
<table class="scale"><caption class="unseen">Open findings by severity, all tenants</caption>
<tbody>${SEVERITIES.toReversed().map((severity) => {
    const count = counts.get(severity) ?? 0;
    const segment: Segment = { label: severity, count, tone: severity };
    return html`<tr><th scope="row">${capitalized(severity)}</th><td>${stackedBar("Open", [segment], most)}</td><td class="number">${number(count)}</td></tr>`;
  })}</tbody></table>
</div>`;
}

function coverageCard({ tenants }: AuditReport, expected: Expected): Html {
  const checks = addCoverage(tenants.map((audit) => checkCoverage(audit, expected)));
  const sections = addCoverage(tenants.map((audit) => sectionCoverage(audit, expected)));
  return html`<div class="card">
<h3>Coverage</h3>
<p class="figure">${share(checks)} <span>of the checks were evaluated</span></p>
${tenantBar(tenants)}${coverageBar("Checks", checks, "evaluated")}${coverageBar("Sections", sections, "read")}
</div>`;
}

/** Never 100 % while anything is missing, and never 0 % while something is there. */
function share({ known, unknown }: Coverage): string {
  if (unknown === 0) return known === 0 ? "0 %" : "100 %";
  if (known === 0) return "0 %";
  return `${Math.min(99, Math.max(1, Math.floor((100 * known) / (known + unknown))))} %`;
}

function tenantBar(tenants: AuditReport["tenants"]): Html {
  const count = (wanted: string): number => tenants.filter(({ status }) => status === wanted).length;
  return bar("Tenants", [
    { label: "complete", count: count("complete"), tone: "known" },
    { label: "incomplete", count: count("incomplete"), tone: "unknown" },
    { label: "not audited", count: count("failed"), tone: "critical" },
  ]);
}

const coverageBar = (title: string, coverage: Coverage, did: string): Html =>
  bar(title, coverageSegments(coverage, did));

const bar = (title: string, segments: readonly Segment[]): Html =>
  html`<div class="bar-row"><h4>${title}</h4>${stackedBar(title, segments)}${legend(segments)}</div>`;
