import type { TenantAudit } from "../../findings/tenant-audit.ts";
import { foreign, type Html, html } from "../../html/markup.ts";
import type { SectionName } from "../../inventory/inventory.ts";
import { scopesFor } from "../../inventory/section-scopes.ts";
import type { AuditReport } from "../audit-report.ts";
import { statusBadge } from "./badges.ts";
import { blindChecks, type Gap, hasGap, unreadSections } from "./gaps.ts";
import { whyFailed } from "./tenant-table.ts";
import { counted, listed, REASONS, SECTIONS } from "./words.ts";

/** Above this the tenants are closed; what is missing in each is still counted in the line that stays. */
const OPEN_AT_ONCE = 3;

/** What nobody knows, and why: tenants, sections and checks. It stands out, and never looks clean. */
export function gapsSection(report: AuditReport, titles: ReadonlyMap<string, string>): Html {
  const affected = report.tenants
    .filter(hasGap)
    .sort((a, b) => Number(b.status === "failed") - Number(a.status === "failed"));
  const open = affected.length <= OPEN_AT_ONCE;
  return html`<section id="gaps" aria-labelledby="gaps-title">
<h2 id="gaps-title">What could not be evaluated</h2>
${
  affected.length === 0
    ? html`<p class="calm">Every tenant was audited, every requested section was read and every enabled check was evaluated.</p>`
    : html`<p class="lead">Nothing is known about the following, so nothing here is clean until it can be read.</p>`
}
${affected.map((audit) => (audit.status === "failed" ? failedTenant(audit) : partOfTenant(audit, open, titles)))}
</section>`;
}

const failedTenant = (audit: TenantAudit): Html => html`
<div class="gap failed">
<h3>${audit.tenant} ${statusBadge(audit.status)}</h3>
<p>${whyFailed(audit)}</p>
<p>No section was read and no check was evaluated.</p>
</div>`;

function partOfTenant(audit: TenantAudit, open: boolean, titles: ReadonlyMap<string, string>): Html {
  const sections = unreadSections(audit);
  const checks = blindChecks(audit);
  const missing = [
    ...(sections.length === 0 ? [] : [`${counted(sections.length, "section")} not read`]),
    ...(checks.length === 0 ? [] : [`${counted(checks.length, "check")} not evaluated`]),
  ];
  return html`
<details class="gap"${open && html` open`}>
<summary><h3>${audit.tenant}</h3> ${statusBadge(audit.status)}<span class="count">${listed(missing)}</span></summary>
<div class="inside">${sectionTable(sections, audit.tenant)}${checkTable(checks, audit.tenant, titles)}</div>
</details>`;
}

const sectionTable = (gaps: readonly Gap<SectionName>[], tenant: string): Html | false =>
  gaps.length > 0 &&
  html`<table>
<caption>Sections that could not be read<span class="unseen"> in ${tenant}</span></caption>
<thead><tr><th scope="col">Section</th><th scope="col">Why</th><th scope="col">Needs</th></tr></thead>
<tbody>${gaps.map(
    (gap) => html`
<tr><th scope="row">${SECTIONS[gap.name]}</th><td>${why(gap)}</td><td data-label="Needs"><code>${scopesFor([gap.name])}</code></td></tr>`,
  )}</tbody>
</table>`;

/** By reason: one missing scope keeps many checks from saying anything. */
function checkTable(gaps: readonly Gap<string>[], tenant: string, titles: ReadonlyMap<string, string>): Html | false {
  const byReason = Map.groupBy(gaps, ({ reason, detail }) => JSON.stringify([reason, detail]));
  return (
    gaps.length > 0 &&
    html`<table>
<caption>Checks that could not be evaluated<span class="unseen"> in ${tenant}</span></caption>
<thead><tr><th scope="col">Why</th><th scope="col">Checks</th></tr></thead>
<tbody>${[...byReason.values()].map(
      (same) => html`
<tr><th scope="row">${same.slice(0, 1).map(why)}</th><td><ul class="plain">${same.map(
        ({ name }) => html`<li>${titles.get(name) ?? name} <code>${name}</code></li>`,
      )}</ul></td></tr>`,
    )}</tbody>
</table>`
  );
}

const why = ({ reason, detail }: Gap<string>): Html =>
  html`${REASONS[reason]}${detail !== null && html`: ${foreign(detail)}`}`;
