import { daysBetween, startOfDay } from "../../config/calendar.ts";
import type { ListedException, Unjudged } from "../../findings/list-exceptions.ts";
import { foreign, type Html, html } from "../../html/markup.ts";
import { day } from "../../html/time.ts";
import type { AuditReport } from "../audit-report.ts";
import { counted, number } from "./words.ts";

/** What somebody may accept, who, why and until when, ended ones too; what ends first comes first. */
export function exceptionsSection(report: AuditReport, titles: ReadonlyMap<string, string>): Html {
  const exceptions = report.exceptions.toSorted(
    (a, b) =>
      compare(a.expires, b.expires) ||
      compare(a.check, b.check) ||
      compare(a.tenant ?? "", b.tenant ?? "") ||
      compare(a.resource, b.resource),
  );
  return html`<section id="exceptions" aria-labelledby="exceptions-title">
<h2 id="exceptions-title">Exceptions</h2>
${
  exceptions.length === 0
    ? html`<p class="calm">No exception is configured for what was audited.</p>`
    : html`<table class="exceptions">
<caption class="unseen">Exceptions with what they accept, reason, owner and last day</caption>
<thead><tr><th scope="col">Exception</th><th scope="col">Tenant</th><th scope="col">Reason</th>
<th scope="col">Owner</th><th scope="col">Accepts</th><th scope="col">Last day</th></tr></thead>
<tbody>${exceptions.map((exception) => row(exception, titles, report.generatedAt))}</tbody>
</table>`
}
</section>`;
}

const row = (exception: ListedException, titles: ReadonlyMap<string, string>, generatedAt: string): Html => html`
<tr><th scope="row">${titles.get(exception.check) ?? exception.check}<small>${resourceOf(exception)}</small></th>
<td data-label="Tenant">${exception.tenant ?? "All tenants"}</td>
<td data-label="Reason">${foreign(exception.reason)}</td>
<td data-label="Owner">${foreign(exception.owner)}</td>
<td data-label="Accepts">${accepted(exception)}</td>
<td data-label="Last day">${day(exception.expires)}<small>${remaining(exception.expires, generatedAt)}</small></td></tr>`;

const resourceOf = ({ resource, name }: ListedException): Html | string =>
  resource === "*" ? "Every resource" : foreign(name ?? resource);

/** Never "Nothing" where nobody looked. */
function accepted({ accepts, unknown, tenant }: ListedException): Html | string {
  const known = accepts === 0 ? "Nothing" : counted(accepts, "finding");
  if (unknown === null) return known;
  const why = UNJUDGED[unknown][tenant === null ? "everywhere" : "there"];
  return accepts === 0 ? `Not known: ${why}` : html`${known}<small>whether more is not known: ${why}</small>`;
}

/** Why nobody knows, of an exception for one tenant and of one for all. */
const UNJUDGED: Readonly<Record<Unjudged, Record<"there" | "everywhere", string>>> = {
  "tenant-not-audited": { there: "the tenant was not audited", everywhere: "not every tenant was audited" },
  "check-not-evaluated": {
    there: "the check was not evaluated",
    everywhere: "the check was not evaluated in every tenant",
  },
  "check-off": { there: "the check is switched off", everywhere: "the check is switched off" },
};

function remaining(expires: string, generatedAt: string): string {
  const last = startOfDay(expires);
  if (last === undefined) return "";
  const left = daysBetween(Date.parse(generatedAt), last);
  if (left < 0) return "has ended";
  return left === 0 ? "ends today" : `${number(left)} ${left === 1 ? "day" : "days"} left`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
