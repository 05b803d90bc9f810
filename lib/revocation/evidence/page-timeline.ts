import { foreign, foreignWhole, type Html, html } from "../../html/markup.ts";
import { moment } from "../../html/time.ts";
import { useText } from "../watch/log-use.ts";
import type { IncidentBundle } from "./bundle.ts";
import { address } from "./page-address.ts";
import { wordsOf } from "./page-words.ts";

interface Line {
  at: string;
  who: string;
  ip?: string | undefined;
  what: string;
  answer: string | null;
  /** Empty for what Curfew or a person did; else how it is shown. */
  style: "" | "seen" | "seen told";
}

/** A page with more lines than these is for nobody; the JSON has them all. */
const MOST_LINES = 2_000;

/** Who did what when, and what came of it: people and Curfew, and between them what Auth0's log tells. */
export function timelineSection({ timeline, events, incident }: IncidentBundle): Html {
  const own: Line[] = timeline.map((entry) => ({ ...entry, style: "" }));
  const seen: Line[] = events.map(({ at, clientId, ip, concern, ...event }) => ({
    at,
    ...{ who: clientId ?? incident.clientId, ip },
    what: useText({ ...event, at: Date.parse(at), clientId, ip }),
    answer: concern === "told" ? "should not be" : null,
    style: concern === "told" ? "seen told" : "seen",
  }));
  const lines = [...own, ...seen].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return html`<section id="timeline" aria-labelledby="timeline-title">
<h2 id="timeline-title">Timeline</h2>
<p>${wordsOf(incident).timeline}</p>
<table class="timeline"><thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Answer</th></tr></thead>
<tbody>${lines.slice(0, MOST_LINES).map(row)}</tbody></table>
${lines.length > MOST_LINES && html`<p>And ${(lines.length - MOST_LINES).toLocaleString("en")} more lines in the JSON.</p>`}
</section>`;
}

const row = ({ at, who, ip, what, answer, style }: Line): Html =>
  html`<tr class="${style}"><th scope="row">${moment(at)}</th><td data-label="Who">${foreign(who)}${ip !== undefined && address(ip)}</td><td data-label="What">${foreignWhole(what)}</td><td data-label="Answer">${answer === null ? "–" : foreignWhole(answer)}</td></tr>`;
