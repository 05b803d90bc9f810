import { counted } from "../../alerts/harmless-text.ts";
import { foreign, type Html, html } from "../../html/markup.ts";
import { moment } from "../../html/time.ts";
import { IN_NO_INVENTORY } from "../investigate/compare.ts";
import type { BundledUse, IncidentBundle } from "./bundle.ts";
import { address } from "./page-address.ts";
import { type PageWords, wordsOf } from "./page-words.ts";

/** Rows of one table; the rest is in the JSON. */
const MOST_ROWS = 300;

/** What the log says was done until watching began, and by what was planted, and what that exposed. */
export function investigationSection({ investigation, incident }: IncidentBundle): Html {
  const words = wordsOf(incident);
  return html`<section id="found" aria-labelledby="found-title">
<h2 id="found-title">${words.found}</h2>
${investigation ? investigationBody(investigation, words) : html`<p>Nobody looked back.</p>`}
</section>`;
}

const investigationBody = (
  found: NonNullable<IncidentBundle["investigation"]>,
  words: PageWords,
): Html => html`<p>${howFarBack(found)} That it shows nothing never means that nothing was done: uses at APIs other than Auth0's own are not in it.</p>
<h3>${words.exposed}</h3>
${
  found.exposures.length === 0
    ? html`<p class="calm">${found.isRead ? "None was seen." : NOT_READ}</p>`
    : html`<table><thead><tr><th scope="col">Application</th><th scope="col">What</th><th scope="col">How it is known</th></tr></thead><tbody>${found.exposures.map(
        ({ clientId, what, why }) =>
          html`<tr><th scope="row">${clientId === null ? "–" : html`<code>${clientId}</code>`}</th><td data-label="What">${foreign(what)}</td><td data-label="How it is known">${foreign(why)}</td></tr>`,
      )}</tbody></table>`
}
<h3>${words.usesBefore}</h3>
${useTable(found.uses, found.isRead ? words.noUsesBefore : NOT_READ)}`;

const NOT_READ = "None was seen, and nobody has read the log to its end.";

function howFarBack({ reachesBackTo, isRead }: NonNullable<IncidentBundle["investigation"]>): Html {
  if (reachesBackTo === null)
    return isRead ? html`The log held no event from before.` : html`<b>Nobody could read the log</b> from before.`;
  return html`The log reaches back to ${moment(reachesBackTo)}.${!isRead && html` <b>Nobody has read it</b> to where it was locked.`}`;
}

/** What is different from the last inventory. */
export function changeSection({ investigation, incident }: IncidentBundle): Html {
  if (!investigation) return html``;
  const { changes, otherChanges, sectionsNotCompared, comparedWith, notCompared } = investigation;
  return html`<section id="changes" aria-labelledby="changes-title">
<h2 id="changes-title">What is different in the tenant</h2>
<p>${comparedWith ? html`Between ${moment(comparedWith.before)} and ${moment(comparedWith.after)}. ${wordsOf(incident).containing}` : notCompared}</p>
${
  changes.length > 0 &&
  html`<table><thead><tr><th scope="col">What</th><th scope="col">Section</th><th scope="col">Id</th><th scope="col">Fields</th></tr></thead><tbody>${changes
    .slice(0, MOST_ROWS)
    .map(
      ({ what, section, id, name, fields }) =>
        html`<tr><th scope="row">${what}</th><td data-label="Section">${section}</td><td data-label="Id"><code>${id}</code>${name !== null && html`<small>${foreign(name)}</small>`}</td><td data-label="Fields">${fields.join(", ")}</td></tr>`,
    )}</tbody></table>`
}
${changes.length + otherChanges > MOST_ROWS && html`<p>There are more than are listed here.</p>`}
<p>Nobody can say it of ${IN_NO_INVENTORY}: they are in no inventory, and only the log tells of them.</p>
${sectionsNotCompared.map(({ section, why }) => html`<p>Nobody can say what is different in ${section}: ${why}.</p>`)}
</section>`;
}

/** What watching saw. */
export function watchSection({ watch, incident }: IncidentBundle): Html {
  const none = watch?.readUntil === null ? "Nobody knows." : "The log shows none.";
  return html`<section id="watch" aria-labelledby="watch-title">
<h2 id="watch-title">What watching saw</h2>
${
  watch
    ? html`<p>${howFarRead(watch)}</p>
${watch.gaps.map(({ from, to }) => html`<p><b>Nobody knows</b> what was done between ${moment(from)} and ${moment(to)}.</p>`)}
<h3>${wordsOf(incident).usesAfter}</h3>
${useTable(watch.told, `${none} It never shows uses at APIs other than Auth0's own.`)}
<h3>Uses that cannot be told from what is allowed</h3>
${useTable(watch.counted, none)}
${watch.planted.length > 0 && html`<h3>Uses of what was added with it</h3>${useTable(watch.plantedUses, none)}`}`
    : html`<p>Nobody watched.</p>`
}
</section>`;
}

const howFarRead = ({ readUntil, startedAt, own }: NonNullable<IncidentBundle["watch"]>): Html =>
  readUntil === null
    ? html`<b>Nobody could read the log</b> since the incident began; the first turn was at ${moment(startedAt)}.`
    : html`Read to ${moment(readUntil)}; the first turn was at ${moment(startedAt)}. Of Curfew's own it has ${counted(own, "event")}.`;

const useTable = (uses: readonly BundledUse[], none: string): Html =>
  uses.length === 0
    ? html`<p class="calm">${none}</p>`
    : html`<table><thead><tr><th scope="col">What</th><th scope="col" class="number">Times</th><th scope="col">From</th><th scope="col">First and last</th></tr></thead><tbody>${uses
        .slice(0, MOST_ROWS)
        .map(
          ({ what, count, ips, firstAt, lastAt }) =>
            html`<tr><th scope="row">${foreign(what)}</th><td class="number" data-label="Times">${count.toLocaleString("en")}</td><td data-label="From">${ips.map(address)}</td><td data-label="First and last">${moment(firstAt)}${lastAt !== firstAt && html`<br>${moment(lastAt)}`}</td></tr>`,
        )}</tbody></table>`;
