import { daysBetween, startOfDay } from "../../config/calendar.ts";
import type { AcceptedException } from "../../model/finding.ts";
import type { AuditReport } from "../audit-report.ts";
import type { CheckGroup, Entry } from "./check-groups.ts";
import { foreign, type Html, html } from "./markup.ts";
import { day } from "./time.ts";
import { counted, number } from "./words.ts";

/** One acceptance: the same words by the same person for one check of one tenant. */
interface Acceptance {
  group: CheckGroup;
  exception: AcceptedException;
  tenant: number;
  entries: Entry[];
}

/** What somebody has accepted, who, why and until when; what ends first comes first. */
export function exceptionsSection(report: AuditReport, groups: readonly CheckGroup[]): Html {
  const acceptances = groups
    .flatMap(acceptancesOf)
    .sort(
      (a, b) =>
        compare(a.exception.expires, b.exception.expires) || compare(a.group.id, b.group.id) || a.tenant - b.tenant,
    );
  return html`<section id="exceptions" aria-labelledby="exceptions-title">
<h2 id="exceptions-title">Exceptions</h2>
${
  acceptances.length === 0
    ? html`<p class="calm">No finding is accepted by an exception.</p>`
    : table(acceptances, report)
}
</section>`;
}

function acceptancesOf(group: CheckGroup): Acceptance[] {
  const alike = Map.groupBy(
    group.entries.filter(({ finding }) => finding.exception !== null),
    ({ finding: { exception }, tenant }) =>
      JSON.stringify([tenant, exception?.owner, exception?.reason, exception?.expires]),
  );
  return [...alike.values()].flatMap((entries) => {
    const [first] = entries;
    return first?.finding.exception
      ? [{ group, exception: first.finding.exception, tenant: first.tenant, entries }]
      : [];
  });
}

const table = (acceptances: readonly Acceptance[], report: AuditReport): Html =>
  html`<table class="exceptions">
<caption class="unseen">Exceptions with owner, reason and last day</caption>
<thead><tr><th scope="col">Accepted</th><th scope="col">Tenant</th><th scope="col">Reason</th>
<th scope="col">Owner</th><th scope="col">Last day</th></tr></thead>
<tbody>${acceptances.map((acceptance) => row(acceptance, report))}</tbody>
</table>`;

function row({ group, exception, tenant, entries }: Acceptance, report: AuditReport): Html {
  return html`
<tr><th scope="row">${group.title}<small>${covered(entries)}</small></th>
<td data-label="Tenant">${report.tenants[tenant]?.tenant}</td>
<td data-label="Reason">${foreign(exception.reason)}</td>
<td data-label="Owner">${foreign(exception.owner)}</td>
<td data-label="Last day">${day(exception.expires)}<small>${remaining(exception.expires, report.generatedAt)}</small></td></tr>`;
}

/** One resource is named, more are counted: the findings name them all. */
function covered(entries: readonly Entry[]): Html | string {
  const [first] = entries;
  if (entries.length !== 1 || first === undefined) return counted(entries.length, "finding");
  const { resource } = first.finding;
  return foreign(resource.name ?? resource.id);
}

function remaining(expires: string, generatedAt: string): string {
  const last = startOfDay(expires);
  if (last === undefined) return "";
  const left = daysBetween(Date.parse(generatedAt), last);
  if (left < 0) return "has ended";
  return left === 0 ? "ends today" : `${number(left)} ${left === 1 ? "day" : "days"} left`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
