import { counted } from "../../alerts/harmless-text.ts";
import { foreign, foreignWhole, type Html, html } from "../../html/markup.ts";
import { moment } from "../../html/time.ts";
import { formatDuration } from "../../model/duration.ts";
import { WATCHING_ON } from "../watch/watch-result.ts";
import type { BundledStep, CredentialState, IncidentBundle } from "./bundle.ts";
import { wordsOf } from "./page-words.ts";

/** Until when what was out worked, for each API. */
export function windowSection({ window, refreshTokensRevoked, incident, generatedAt }: IncidentBundle): Html {
  return html`<section id="window" aria-labelledby="window-title">
<h2 id="window-title">${wordsOf(incident).tokensWorked}</h2>
${window ? windowBody(window, generatedAt) : html`<p>It was never computed.</p>`}
${refreshTokensRevoked && html`<p>${foreign(refreshTokensRevoked.by)} says that the refresh tokens of its users are revoked since ${moment(refreshTokensRevoked.at)}.</p>`}
</section>`;
}

const windowBody = (window: NonNullable<IncidentBundle["window"]>, now: string): Html =>
  html`<p>${window.state === "closes" ? html`Until ${moment(window.at)} at the latest.` : html`Open; what was known last ${window.at <= now ? "worked" : "works"} until ${moment(window.at)}.`}</p>
${window.because.map((reason) => html`<p>${reason}</p>`)}
<table><thead><tr><th scope="col">API</th><th scope="col">Last token over</th><th scope="col">Lifetime</th><th scope="col">Why</th></tr></thead>
<tbody>${window.apis.map(
    ({ audience, until, lifetime, assumed }) =>
      html`<tr><th scope="row">${audience === "*" ? "APIs of which there is no list" : foreign(audience)}</th><td data-label="Last token over">${moment(until)}</td><td data-label="Lifetime">${formatDuration(lifetime)}</td><td data-label="Why">${assumed ?? "It was seen"}</td></tr>`,
  )}</tbody></table>
${window.others > 0 && html`<p>And ${counted(window.others, "other API")}, whose tokens ${window.at <= now ? "were" : "are"} over before these.</p>`}`;

const OUTCOMES: Readonly<Record<BundledStep["outcome"], readonly [string, string]>> = {
  done: ["complete", "Done"],
  paged: ["incomplete", "Done, told to people"],
  incomplete: ["failed", "Not complete"],
  "not-applicable": ["info", "Not applicable"],
};

const DRILLED: typeof OUTCOMES = {
  done: ["complete", "Walked through"],
  paged: ["incomplete", "Walked through, told to people"],
  incomplete: ["failed", "Not walked through"],
  "not-applicable": ["info", "Not applicable"],
};

/** What Curfew did, step by step. */
export const stepSection = ({
  steps,
  incident,
}: IncidentBundle): Html => html`<section id="steps" aria-labelledby="steps-title">
<h2 id="steps-title">${wordsOf(incident).done}</h2>
<table class="steps"><thead><tr><th scope="col">Step</th><th scope="col">Result</th><th scope="col">When</th><th scope="col">What came of it</th></tr></thead>
<tbody>${steps.map((step) => stepRow(step, incident.drill))}</tbody></table>
</section>`;

function stepRow({ step, outcome, at, message, missing, told }: BundledStep, drill: boolean): Html {
  // What is kept was gathered before the last turn: that watching went on until then is no fault.
  const wasWatching = step === "watch" && missing.length > 0 && missing.every((line) => line.startsWith(WATCHING_ON));
  const [style, words] = wasWatching
    ? (["info", "Went on until the end"] as const)
    : (drill ? DRILLED : OUTCOMES)[outcome];
  return html`<tr><th scope="row">${step}</th><td data-label="Result"><span class="badge ${style}">${words}</span></td><td data-label="When">${moment(at)}</td><td data-label="What came of it">${foreignWhole(message)}${[...missing, ...told].map((line) => html`<small>${foreignWhole(line)}</small>`)}</td></tr>`;
}

const STATES: Readonly<Record<CredentialState["state"], readonly [string, string]>> = {
  dead: ["complete", "Dead"],
  alive: ["failed", "Works"],
  unknown: ["incomplete", "Not known"],
};

/** What became of everything that opened a door. */
export const credentialSection = ({
  credentials,
  incident,
}: IncidentBundle): Html => html`<section id="credentials" aria-labelledby="credentials-title">
<h2 id="credentials-title">All credentials of the application</h2>
${incident.drill ? html`<p>Drill: nothing leaked and nothing was replaced, so all of them are as they were.</p>` : credentialTable(credentials)}
</section>`;

const credentialTable = (
  credentials: readonly CredentialState[],
): Html => html`<table><thead><tr><th scope="col">Credential</th><th scope="col">State</th><th scope="col">How it is known</th></tr></thead>
<tbody>${credentials.map(({ what, state, detail }) => {
  const [style, words] = STATES[state];
  return html`<tr><th scope="row">${foreign(what)}</th><td data-label="State"><span class="badge ${style}">${words}</span></td><td data-label="How it is known">${foreignWhole(detail)}</td></tr>`;
})}</tbody></table>`;
