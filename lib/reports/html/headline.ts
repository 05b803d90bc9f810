import { type Html, html } from "../../html/markup.ts";
import { moment } from "../../html/time.ts";
import type { AuditReport } from "../audit-report.ts";
import { countBySeverity } from "../finding-groups.ts";
import { hasGap } from "./gaps.ts";
import { counted, listed, number } from "./words.ts";

/** The top of the page: what this is, the verdict in one sentence, and how far to believe it. */
export function headline(report: AuditReport): Html {
  return html`<header>
<p class="brand">${MOON} Curfew</p>
<h1>Auth0 compliance audit</h1>
<p class="verdict">${verdict(report)}</p>
<p class="limits">${audited(report)} Profile <b>${report.profile}</b>, ${moment(report.generatedAt)}.</p>
</header>`;
}

function verdict({ tenants }: AuditReport): string {
  const counts = countBySeverity(tenants);
  const open = counts.reduce((total, [, count]) => total + count, 0);
  if (tenants.length > 0 && tenants.every(({ status }) => status === "failed")) return "No tenant could be audited.";
  if (open === 0) {
    return tenants.every((audit) => !hasGap(audit)) ? "Nothing is open." : "Nothing is open in what could be read.";
  }
  const parts = counts.map(([severity, count]) => `${number(count)} ${severity}`);
  return `${counted(open, "finding is", "findings are")} open: ${listed(parts)}.`;
}

function audited({ tenants }: AuditReport): Html {
  const count = (wanted: string): number => tenants.filter(({ status }) => status === wanted).length;
  const incomplete = count("incomplete");
  const failed = count("failed");
  const complete = count("complete");
  const parts = [
    `${number(complete)} of ${counted(tenants.length, "tenant")} ${complete === 1 ? "was" : "were"} audited completely`,
    ...(incomplete === 0 ? [] : [`${number(incomplete)} incompletely`]),
    ...(failed === 0 ? [] : [`${number(failed)} not at all`]),
  ];
  return html`${listed(parts)}${tenants.some(hasGap) ? html`: <a href="#gaps">what is not known</a>.` : "."}`;
}

const MOON = html`<svg class="moon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"></path></svg>`;
