import type { Evidence, SectionStatus, TenantAudit } from "../../findings/tenant-audit.ts";
import { foreign, type Html, html } from "../../html/markup.ts";
import { moment, secondsBetween } from "../../html/time.ts";
import { SECTION_NAMES, type SectionName } from "../../inventory/inventory.ts";
import { scopesFor } from "../../inventory/section-scopes.ts";
import { formatDuration } from "../../model/duration.ts";
import type { CheckResult } from "../../model/finding.ts";
import type { AuditReport } from "../audit-report.ts";
import { statusBadge } from "./badges.ts";
import { whyFailed } from "./tenant-table.ts";
import { counted, number, REASONS, SECTIONS } from "./words.ts";

/** Above this every tenant is one click away. */
const OPEN_AT_ONCE = 1;

/** What was read, when, with which scopes, and what every check said: what an auditor of the audit asks for. */
export function evidenceSection(report: AuditReport, titles: ReadonlyMap<string, string>): Html {
  const { tenants } = report;
  return html`<section id="evidence" aria-labelledby="evidence-title">
<h2 id="evidence-title">Evidence</h2>
<dl class="facts">
<dt>Report made</dt><dd>${moment(report.generatedAt)}</dd>
<dt>Profile of limits</dt><dd>${report.profile}</dd>
<dt>Schema version</dt><dd>${report.schemaVersion}</dd>
<dt>Tenants</dt><dd>${number(tenants.length)}</dd>
<dt>Checks in the catalogue</dt><dd>${number(titles.size)}</dd>
<dt>Scopes for all sections</dt><dd class="scopes">${scopesFor().map((scope) => html`<code>${scope}</code> `)}</dd>
</dl>
<h3>By tenant</h3>
${tenants.map((audit, index) => renderTenant(audit, index, tenants.length <= OPEN_AT_ONCE, titles))}
</section>`;
}

function renderTenant(audit: TenantAudit, index: number, open: boolean, titles: ReadonlyMap<string, string>): Html {
  return html`
<details class="evidence" id="tenant-${index}"${open && html` open`}>
<summary><h4>${audit.tenant}</h4> ${statusBadge(audit.status)}<span class="count">${counted(readSections(audit), "section")} read, ${counted(audit.traffic.requests, "request")}</span></summary>
<div class="inside">${facts(audit)}${
    audit.status !== "failed" && html`${sectionTable(audit)}${checkTable(audit, titles)}`
  }</div>
</details>`;
}

const readSections = ({ inventory }: TenantAudit): number =>
  Object.values(inventory).filter(({ status }) => status === "complete").length;

function facts(audit: TenantAudit): Html {
  const { requests, retries, throttled } = audit.traffic;
  const length = secondsBetween(audit.startedAt, audit.finishedAt);
  return html`<dl class="facts"><dt>Domain</dt><dd>${foreign(audit.domain)}</dd>${
    audit.status === "failed" && html`<dt>Not audited</dt><dd>${whyFailed(audit)}</dd>`
  }${audit.evidence !== undefined && readWith(audit.evidence)}<dt>Started</dt><dd>${moment(audit.startedAt)}</dd><dt>Finished</dt><dd>${moment(audit.finishedAt)}${
    length !== undefined && ` (${formatDuration(length)})`
  }</dd><dt>Traffic</dt><dd>${counted(requests, "request")}, ${counted(retries, "retry", "retries")}, ${number(throttled)} throttled</dd></dl>`;
}

const readWith = ({ clientId, scopes }: Evidence): Html =>
  html`<dt>Read by</dt><dd>${foreign(clientId)}</dd><dt>With the scopes</dt><dd class="scopes">${
    scopes === null ? "Auth0 did not say which" : scopes.map((scope) => html`<code>${scope}</code> `)
  }</dd>`;

const sectionTable = ({ tenant, inventory }: TenantAudit): Html =>
  html`<table>
<caption>What was read<span class="unseen"> from ${tenant}</span></caption>
<thead><tr><th scope="col">Section</th><th scope="col">Scope</th><th scope="col">Result</th><th scope="col" class="number">Items</th></tr></thead>
<tbody>${SECTION_NAMES.map((name) => sectionRow(name, inventory[name]))}</tbody>
</table>`;

function sectionRow(name: SectionName, section: SectionStatus | undefined): Html {
  const [result, items] = sectionResult(section);
  return html`
<tr><th scope="row">${SECTIONS[name]}</th><td data-label="Scope"><code>${scopesFor([name])}</code></td>
<td data-label="Result">${result}</td><td class="number" data-label="Items">${items}</td></tr>`;
}

function sectionResult(section: SectionStatus | undefined): [Html | string, string] {
  if (section === undefined) return ["Not requested: no enabled check needs it", "–"];
  if (section.status === "complete") return ["Read to its end", number(section.count)];
  return [unknown(section), "–"];
}

const checkTable = ({ tenant, checks }: TenantAudit, titles: ReadonlyMap<string, string>): Html =>
  html`<table>
<caption>What every check said<span class="unseen"> about ${tenant}</span></caption>
<thead><tr><th scope="col">Check</th><th scope="col">Result</th><th scope="col" class="number">Evaluated</th><th scope="col" class="number">Failed</th></tr></thead>
<tbody>${checks.map((check) => checkRow(check, titles))}</tbody>
</table>`;

function checkRow(check: CheckResult, titles: ReadonlyMap<string, string>): Html {
  const judged = check.status === "pass" || check.status === "fail";
  return html`
<tr><th scope="row">${titles.get(check.id) ?? check.id}<small><code>${check.id}</code></small></th><td data-label="Result">${checkResult(check)}</td>
<td class="number" data-label="Evaluated">${judged ? number(check.evaluated) : "–"}</td><td class="number" data-label="Failed">${judged ? number(check.failed) : "–"}</td></tr>`;
}

function checkResult(check: CheckResult): Html | string {
  if (check.status === "not-evaluated") return html`<strong>Not evaluated.</strong> ${unknown(check)}`;
  return { pass: "Passed", fail: "Failed", off: "Switched off by policy" }[check.status];
}

const unknown = ({ reason, detail }: { reason: keyof typeof REASONS; detail: string | null }): Html =>
  html`${REASONS[reason]}${detail !== null && html`: ${foreign(detail)}`}`;
