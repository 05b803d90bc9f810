import { foreign, type Html, html } from "../../html/markup.ts";
import { shorten } from "../../html/visible-text.ts";
import { formatDuration } from "../../model/duration.ts";
import type { Finding } from "../../model/finding.ts";
import type { AuditReport } from "../audit-report.ts";
import { EXCEPTED, severityBadge } from "./badges.ts";
import { type CheckGroup, type Entry, groupRemedy } from "./check-groups.ts";
import { counted, number, RESOURCES } from "./words.ts";

/** More findings than this are behind one more click; printed, all are there. */
const SHOWN_AT_ONCE = 25;

/** Two left over are not worth a click. */
const WORTH_HIDING = 5;

/** Where the findings of one check are: one row each. */
export function findingTables(group: CheckGroup, report: AuditReport): Html {
  const { entries } = group;
  const cut = entries.length > SHOWN_AT_ONCE + WORTH_HIDING ? SHOWN_AT_ONCE : entries.length;
  const columns = columnsOf(group);
  const rest = entries.slice(cut);
  return html`${columns.common !== undefined && html`<p class="common">${foreign(columns.common)}</p>`}${table(
    entries.slice(0, cut),
    columns,
    report,
    `Findings: ${group.title}`,
  )}${
    rest.length > 0 &&
    html`<details class="more"><summary><span>Show the other <span class="rest">${number(rest.length)}</span></span></summary>${table(
      rest,
      columns,
      report,
      `Further findings: ${group.title}`,
    )}</details>`
  }`;
}

/** What a group's table has to say. */
interface Columns {
  /** Whether anything was measured. */
  measured: boolean;
  /** What all findings say in the same words: said once, above the table. */
  common: string | undefined;
  /** What the page says of mending all findings of the group; a finding that is mended otherwise says so itself. */
  remedy: string | undefined;
}

function columnsOf(group: CheckGroup): Columns {
  const { entries } = group;
  const remedy = groupRemedy(group);
  const message = entries[0]?.finding.message;
  const same =
    entries.length > 1 && entries.every(({ finding }) => finding.message === message && finding.remediation === remedy);
  return {
    measured: entries.some(({ finding }) => finding.observed !== null || finding.limit !== null),
    common: same ? message : undefined,
    remedy,
  };
}

function table(entries: readonly Entry[], columns: Columns, report: AuditReport, caption: string): Html {
  const { measured, common } = columns;
  return html`<table class="findings${measured && " measured"}">
<caption class="unseen">${caption}</caption>
<thead><tr><th scope="col">Severity</th><th scope="col">Resource</th><th scope="col">Tenant</th>${
    measured && html`<th scope="col">Observed</th><th scope="col">Limit</th>`
  }${common === undefined && html`<th scope="col" class="message">What was found</th>`}</tr></thead>
<tbody>${entries.map((entry) => row(entry, columns, report))}</tbody>
</table>`;
}

/** Kept short, and styled by the columns' places: there may be ten thousand. */
function row({ finding, tenant }: Entry, { measured, common, remedy }: Columns, report: AuditReport): Html {
  const [observed, limit] = measures(finding);
  return html`
<tr id="${finding.id}"><td>${severityBadge(finding.severity)}${
    finding.status === "excepted" && html` ${EXCEPTED}`
  }</td><th scope="row">${resource(finding)}</th><td>${report.tenants[tenant]?.tenant}</td>${
    measured && html`<td>${observed}</td><td>${limit}</td>`
  }${
    common === undefined &&
    html`<td>${foreign(finding.message)}${
      finding.remediation !== remedy && html`<small>→ ${finding.remediation}</small>`
    }</td>`
  }</tr>`;
}

/** The style sheet isolates the direction of code, as `<bdi>` does. */
function resource({ resource, aspect }: Finding): Html {
  const { type, id, client } = resource;
  const name = resource.name === id ? null : resource.name;
  return html`${foreign(name ?? id)}${aspect !== null && html` <i>${foreign(aspect)}</i>`}<small>${RESOURCES[type]}${
    name !== null && html` <code>${shorten(id)}</code>`
  }${client !== undefined && html` of <code>${shorten(client)}</code>`}</small>`;
}

/** What was found and what is allowed, in a person's units; told to the second where they would look the same. */
function measures({ observed, limit, unit }: Finding): [string, string] {
  const texts: [string, string] = [measure(observed, unit), measure(limit, unit)];
  if (observed === null || limit === null || texts[0] !== texts[1]) return texts;
  return unit === "seconds" ? [`${number(observed)} s`, `${number(limit)} s`] : texts;
}

function measure(value: number | null, unit: Finding["unit"]): string {
  if (value === null) return "–";
  return unit === "seconds" ? formatDuration(value) : number(value);
}

/** "3 open, 2 excepted". */
export const openAndExcepted = (open: number, excepted: number): string =>
  [open > 0 && `${number(open)} open`, excepted > 0 && `${number(excepted)} excepted`].filter(Boolean).join(", ") ||
  counted(0, "finding");
