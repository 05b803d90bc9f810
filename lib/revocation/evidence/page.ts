import { contentSecurityPolicy, styleBlock } from "../../html/inline-blocks.ts";
import { foreign, foreignWhole, type Html, html } from "../../html/markup.ts";
import { BASE_STYLE } from "../../html/style/base-style.ts";
import { COLOR_STYLE } from "../../html/style/color-style.ts";
import { NARROW_STYLE } from "../../html/style/narrow-style.ts";
import { PART_STYLE } from "../../html/style/part-style.ts";
import { PRINT_STYLE } from "../../html/style/print-style.ts";
import { moment } from "../../html/time.ts";
import type { StoredDocument } from "../../store/evidence-store.ts";
import type { IncidentBundle } from "./bundle.ts";
import { ADDRESS_STYLE } from "./page-address.ts";
import { changeSection, investigationSection, watchSection } from "./page-findings.ts";
import { credentialSection, stepSection, windowSection } from "./page-response.ts";
import { timelineSection } from "./page-timeline.ts";
import { wordsOf } from "./page-words.ts";

/** Where the same is as JSON. */
export type BundleReference = Pick<StoredDocument, "name" | "sha256">;

const STYLE = [
  COLOR_STYLE,
  BASE_STYLE,
  PART_STYLE,
  `
.timeline th:first-child { width: 12.5rem; } .timeline td:nth-child(2) { width: 14rem; } .timeline td:last-child { width: 12rem; }
.verdict time { white-space: normal; }
${ADDRESS_STYLE}
.steps th:first-child, .approvals th:first-child { width: 9rem; }
.seen { background: var(--medium-ground); } .seen.told { background: var(--critical-ground); }
.questions li { margin-bottom: 0.5rem; max-width: 80ch; }
section > h3 { margin: 1.75rem 0 0.6rem; }
`,
  NARROW_STYLE,
  PRINT_STYLE,
].join("");

/**
 * The evidence of an incident as one HTML file that loads nothing and runs nothing. The same bundle gives the same
 * file.
 */
export function renderIncident(bundle: IncidentBundle, reference: BundleReference): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy({ sheet: STYLE })}">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Incident ${bundle.incident.id} – Curfew</title>
<link rel="icon" href="data:,">
${styleBlock(STYLE)}
</head>
<body>
<a class="skip" href="#main">Skip to the evidence</a>
<div class="top">${headline(bundle)}${NAVIGATION}</div>
<main id="main" tabindex="-1">
${overview(bundle)}
${windowSection(bundle)}
${stepSection(bundle)}
${credentialSection(bundle)}
${investigationSection(bundle)}
${changeSection(bundle)}
${watchSection(bundle)}
${timelineSection(bundle)}
${lines("questions", "Open questions", bundle.questions, "None.")}
${lines("lessons", "What would make the next window shorter", bundle.lessons, "Nothing that Curfew knows of.")}
${evidence(bundle, reference)}
</main>
<footer><p>Made by Curfew. This file is complete in itself: it loads nothing from the network and runs nothing.</p></footer>
</body>
</html>
`;
  return page.markup;
}

const NAVIGATION: Html = html`<nav aria-label="Parts of the evidence"><ul><li><a href="#overview">Overview</a></li><li><a href="#window">Window</a></li><li><a href="#credentials">Credentials</a></li><li><a href="#found">What was found</a></li><li><a href="#timeline">Timeline</a></li><li><a href="#questions">Open questions</a></li><li><a href="#evidence">Evidence</a></li></ul></nav>`;

const headline = (bundle: IncidentBundle): Html => html`<header>
<p class="brand">Curfew</p>
<h1>${bundle.incident.drill ? "Drill of an emergency revocation: nothing was changed" : "Emergency revocation"}</h1>
<p class="verdict">${verdict(bundle)}</p>
<p class="limits">Incident <b>${bundle.incident.id}</b>, closed ${moment(bundle.generatedAt)}.</p>
</header>`;

function verdict({ incident, isContained, lockAtLast, window, leak, generatedAt }: IncidentBundle): Html {
  const name = foreign(incident.clientId);
  if (incident.drill) return html`What would have been done if ${name} had leaked.`;
  if (lockAtLast === "open") return html`${name} leaked, and is open again: it is NOT contained.`;
  if (!isContained) {
    return leak?.isContainable === false
      ? html`${name} leaked, and Curfew could not contain it.`
      : html`${name} leaked, and it is not proven that it is contained.`;
  }
  if (window?.state !== "closes") return html`${name} leaked and was contained; until when tokens worked is open.`;
  // A person may end it before.
  const isOver = window.at <= generatedAt;
  return html`${name} leaked and was contained; tokens that were out ${isOver ? "were over at" : "may work until"} ${moment(window.at)}.`;
}

const overview = ({
  incident,
  leak,
  token,
  stoppedAt,
  restoredAt,
}: IncidentBundle): Html => html`<section id="overview" aria-labelledby="overview-title">
<h2 id="overview-title">Overview</h2>
<dl class="facts">
<dt>Tenant</dt><dd>${incident.tenant} (${foreign(incident.domain)})</dd>
<dt>Application</dt><dd><code>${incident.clientId}</code></dd>
<dt>Reason</dt><dd>${foreign(incident.reason)}</dd>
<dt>Started by</dt><dd>${foreign(incident.openedBy)}</dd>
<dt>Started</dt><dd>${moment(incident.openedAt)}</dd>
<dt>${wordsOf(incident).outSince}</dt><dd>${incident.leakedSince === null ? "Nobody knows" : moment(incident.leakedSince)}</dd>
<dt>${wordsOf(incident).leaked}</dt><dd>${leak ? html`<b>${leak.kind}</b>. ${leak.meaning}` : "Nobody has looked"}</dd>
${token && html`<dt>The token</dt><dd>SHA-256 <code>${token.sha256}</code>${token.jti !== null && html`, jti <code>${token.jti}</code>`}${token.kid !== null && html`, signed with <code>${token.kid}</code>`}; ${token.signature.status === "verified" ? "verified" : `not verified: ${token.signature.why}`}</dd>`}
<dt>Nothing given out</dt><dd>${nothingGivenOut({ incident, stoppedAt, restoredAt })}</dd>
</dl>
</section>`;

/** From the proof until it was restored; in a drill nothing was stopped. */
function nothingGivenOut({
  incident,
  stoppedAt,
  restoredAt,
}: Pick<IncidentBundle, "incident" | "stoppedAt" | "restoredAt">): Html {
  if (incident.drill) return html`Drill: nothing was stopped`;
  if (stoppedAt === null) return html`Not proven`;
  return html`Since ${moment(stoppedAt)}${restoredAt !== null && html`, until access was given back at ${moment(restoredAt)}`}`;
}

const lines = (
  id: string,
  title: string,
  items: readonly string[],
  none: string,
): Html => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${items.length === 0 ? html`<p class="calm">${none}</p>` : html`<ul class="questions">${items.map((item) => html`<li>${foreignWhole(item)}</li>`)}</ul>`}
</section>`;

const evidence = (
  bundle: IncidentBundle,
  { name, sha256 }: BundleReference,
): Html => html`<section id="evidence" aria-labelledby="evidence-title">
<h2 id="evidence-title">Evidence</h2>
<dl class="facts">
<dt>The same as JSON</dt><dd><code>${name}</code></dd>
<dt>Its SHA-256</dt><dd><code>${sha256}</code></dd>
<dt>Schema version</dt><dd>${bundle.schemaVersion}</dd>
<dt>Kept from before</dt><dd>${Object.keys(bundle.preserved).length === 0 ? "Nothing" : Object.keys(bundle.preserved).map((part) => html`<code>${part}</code> `)}</dd>
</dl>
${bundle.approvals.length > 0 && html`<h3>Approvals</h3><table class="approvals"><thead><tr><th scope="col">Step</th><th scope="col">Plan</th><th scope="col">Decision</th></tr></thead><tbody>${bundle.approvals.map(approvalRow)}</tbody></table>`}
</section>`;

const approvalRow = ({ step, planHash, decision }: IncidentBundle["approvals"][number]): Html =>
  html`<tr><th scope="row">${step}</th><td data-label="Plan"><code>${planHash ?? "none"}</code></td><td data-label="Decision">${decision === null ? "Nobody answered" : decisionText(decision)}</td></tr>`;

function decisionText(decision: unknown): Html {
  if (typeof decision !== "object" || decision === null) return foreign(String(decision));
  const { decision: word, by, at } = decision as Record<string, unknown>;
  const who = typeof by === "object" && by !== null && "arn" in by ? by.arn : by;
  const said = [word, who].filter((part) => typeof part === "string" && part !== "").join(", ");
  return html`${foreign(said)}${typeof at === "number" && html`, ${moment(new Date(at).toISOString())}`}`;
}
