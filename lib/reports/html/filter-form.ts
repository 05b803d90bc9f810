import { type Html, html } from "../../html/markup.ts";
import { SEVERITIES } from "../../model/severity.ts";
import type { AuditReport } from "../audit-report.ts";
import type { CheckGroup } from "./check-groups.ts";
import { capitalized } from "./words.ts";

/** The controls above the findings. Hidden until the script is there that makes them work. */
export function filterForm(report: AuditReport, groups: readonly CheckGroup[]): Html {
  return html`<form id="filter" hidden aria-label="Filter the findings">
<div class="field wide">
<label for="filter-text">Search</label>
<input id="filter-text" type="search" autocomplete="off" spellcheck="false" placeholder="Name, identifier, words">
</div>
${severities(groups)}
<div class="field">
<label for="filter-status">Status</label>
<select id="filter-status">
<option value="">Open and excepted</option>
<option value="0">Open</option>
<option value="1">Excepted</option>
</select>
</div>
<div class="field">
<label for="filter-check">Check</label>
<select id="filter-check">
<option value="">All checks</option>${groups.map(({ title }, index) => option(index, title))}</select>
</div>
<div class="field">
<label for="filter-tenant">Tenant</label>
<select id="filter-tenant">
<option value="">All tenants</option>${report.tenants.map(({ tenant }, index) => option(index, tenant))}</select>
</div>
<div class="actions">
<button type="reset">Clear filters</button>
<button type="button" id="expand" aria-pressed="false">Expand all</button>
<button type="button" id="download">Download CSV</button>
</div>
</form>
<p id="filter-result" role="status"></p>`;
}

function severities(groups: readonly CheckGroup[]): Html {
  const found = new Set(groups.flatMap(({ entries }) => entries.map(({ finding }) => finding.severity)));
  const offered = SEVERITIES.toReversed().filter((severity) => found.has(severity));
  return html`<fieldset class="field"><legend>Severity</legend>${offered.map(
    (severity) =>
      html`<label class="choice"><input type="checkbox" name="severity" value="${SEVERITIES.indexOf(severity)}"> ${capitalized(severity)}</label>`,
  )}</fieldset>`;
}

const option = (value: number, text: string): Html => html`<option value="${value}">${text}</option>`;
