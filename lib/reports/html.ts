import type { Check } from "../checks/define-check.ts";
import { contentSecurityPolicy, dataBlock, scriptBlock, styleBlock } from "../html/inline-blocks.ts";
import { type Html, html } from "../html/markup.ts";
import type { AuditReport } from "./audit-report.ts";
import { PATTERNS } from "./html/charts.ts";
import { checkGroups } from "./html/check-groups.ts";
import { expectedOf } from "./html/coverage.ts";
import { evidenceSection } from "./html/evidence-section.ts";
import { exceptionsSection } from "./html/exceptions-section.ts";
import { findingData } from "./html/finding-data.ts";
import { findingsSection } from "./html/findings-section.ts";
import { gapsSection } from "./html/gaps-section.ts";
import { headline } from "./html/headline.ts";
import { overviewSection } from "./html/overview.ts";
import { PAGE_SCRIPT } from "./html/script/page-script.ts";
import { PAGE_STYLE } from "./html/style/page-style.ts";

/** Where titles, reasons and remedies come from. */
export interface HtmlOptions {
  checks: readonly Check[];
}

/**
 * The report as one HTML file that loads nothing: for a browser, for paper and for a screen reader.
 * The same report gives the same file. Filters and the CSV download need its script; everything else does not.
 */
export function renderHtml(report: AuditReport, { checks }: HtmlOptions): string {
  const groups = checkGroups(report, checks);
  const titles = new Map(checks.map(({ id, title }) => [id, title]));
  const expected = expectedOf(report, checks);
  const page = html`<!doctype html>
<html lang="en">
${head(report)}
<body>
<a class="skip" href="#main">Skip to the report</a>
${PATTERNS}
<div class="top">${headline(report)}${NAVIGATION}</div>
<main id="main" tabindex="-1">
${overviewSection(report, expected)}
${findingsSection(report, groups)}
${gapsSection(report, titles)}
${exceptionsSection(report, titles)}
${evidenceSection(report, titles)}
</main>
<footer><p>Made by Curfew. This file is complete in itself: it loads nothing from the network.</p></footer>
${dataBlock("data", findingData(report, groups))}
${scriptBlock(PAGE_SCRIPT)}
</body>
</html>
`;
  return page.markup;
}

function head(report: AuditReport): Html {
  const policy = contentSecurityPolicy({ sheet: PAGE_STYLE, code: PAGE_SCRIPT });
  return html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Auth0 compliance audit, ${report.generatedAt.slice(0, 10)} – Curfew</title>
<link rel="icon" href="${ICON}">
${styleBlock(PAGE_STYLE)}
</head>`;
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath fill='%234a6fa5' d='M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z'/%3E%3C/svg%3E";

const NAVIGATION: Html = html`<nav aria-label="Parts of the report"><ul><li><a href="#overview">Overview</a></li><li><a href="#findings">Findings</a></li><li><a href="#gaps">Not evaluated</a></li><li><a href="#exceptions">Exceptions</a></li><li><a href="#evidence">Evidence</a></li></ul></nav>`;
