import type { Check, Reference } from "../../checks/define-check.ts";
import { type Html, html } from "../../html/markup.ts";
import type { AuditReport } from "../audit-report.ts";
import { EXCEPTED, severityBadge } from "./badges.ts";
import { type CheckGroup, groupRemedy } from "./check-groups.ts";
import { filterForm } from "./filter-form.ts";
import { findingTables, openAndExcepted } from "./finding-table.ts";
import { hasGap } from "./gaps.ts";
import { counted } from "./words.ts";

/** All findings, grouped by check, with why each matters and how to mend it. */
export function findingsSection(report: AuditReport, groups: readonly CheckGroup[]): Html {
  return html`<section id="findings" aria-labelledby="findings-title">
<h2 id="findings-title" tabindex="-1">Findings</h2>
${
  groups.length === 0
    ? html`<p class="calm">${nothingFound(report)}</p>`
    : html`${filterForm(report, groups)}<div class="groups">${groups.map((group, index) => renderGroup(group, index, report))}</div>`
}
</section>`;
}

/** Nothing found is not the same as nothing there. */
function nothingFound({ tenants }: AuditReport): string {
  if (tenants.every(({ status }) => status === "failed")) return "Nothing was audited, so nothing is known.";
  return tenants.every((audit) => !hasGap(audit))
    ? "Every enabled check was evaluated, and nothing was found."
    : "Nothing was found in what could be read. What could not be read is named below.";
}

/** The worst group is open from the start, so that one sees what is in them. */
function renderGroup(group: CheckGroup, index: number, report: AuditReport): Html {
  const tenants = new Set(group.entries.map(({ tenant }) => tenant)).size;
  return html`
<details class="group"${index === 0 && html` open`}>
<summary>${group.open > 0 ? severityBadge(group.severity) : EXCEPTED}<h3>${group.title}</h3>
<span class="count"><span class="shown">${openAndExcepted(group.open, group.excepted)}</span> in ${counted(tenants, "tenant")}</span></summary>
<div class="inside">${advice(group)}${findingTables(group, report)}</div>
</details>`;
}

function advice(group: CheckGroup): Html {
  if (group.check === undefined) return html`<p>${groupRemedy(group)}</p>`;
  const { id, why, remediation, references } = group.check;
  return html`<dl class="advice">
<dt>Why it matters</dt><dd>${why}</dd>
<dt>How to mend it</dt><dd>${remediation.summary}</dd>
<dt>In the dashboard</dt><dd>${remediation.dashboard}</dd>${
    remediation.api !== null && html`<dt>By API</dt><dd><code class="call">${remediation.api}</code></dd>`
  }${referenceList(references)}<dt>Check</dt><dd><code>${id}</code></dd></dl>`;
}

const referenceList = (references: Check["references"]): Html | false =>
  references.length > 0 &&
  html`<dt>Read more</dt><dd><ul class="plain references">${references.map(reference)}</ul></dd>`;

/** Only what a browser opens without running it becomes a link. */
const reference = ({ title, url }: Reference): Html =>
  /^https:\/\//.test(url)
    ? html`<li><a href="${url}" rel="noopener noreferrer">${title}</a></li>`
    : html`<li>${title} (${url})</li>`;
