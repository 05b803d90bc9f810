import type { RunRecord, RunRef } from "../findings/ledger/run-record.ts";
import { URGENT_SEVERITIES } from "../findings/ledger/urgent.ts";
import type { Severity } from "../model/severity.ts";
import type { Alert } from "./alert.ts";
import { alertId } from "./alert-id.ts";
import { type AlertRules, allThatIsOpen, localDay } from "./alert-rules.ts";
import { changeLine, openFor } from "./change-alert.ts";
import { counted, firstLines } from "./harmless-text.ts";
import { changesOf, isReminder, type RunReport, sum, type TenantChange } from "./run-report.ts";

/** Lines of one reminder. */
const MOST_ITEMS = 20;

/** What passed one mark in one tenant. */
interface Passed {
  tenant: string;
  /** The mark. */
  days: number;
  /** Of the worst. */
  severity: Severity;
  count: number;
  /** Those that the record lists. */
  changes: readonly TenantChange[];
}

/** One reminder for each tenant and mark: what is still open after 1, 3, 7, 14, … days. */
export function reminders(report: RunReport, rules: AlertRules): Alert[] {
  const records = report.records.toSorted((a, b) => (a.tenant < b.tenant ? -1 : 1));
  return records.flatMap((record) => passed(record).map((one) => reminder(one, report.run, rules)));
}

/** The marks that findings of a tenant passed, the lowest first. */
function passed(record: RunRecord): Passed[] {
  const { run, tenant } = record;
  const listed = Map.groupBy(
    changesOf({ run, records: [record], missing: [] }, isReminder),
    ({ openForDays = 0 }) => openForDays,
  );
  const marks = new Set([...Object.keys(record.marks).map(Number), ...listed.keys()]);
  return [...marks]
    .sort((a, b) => a - b)
    .flatMap((days) => {
      const changes = listed.get(days) ?? [];
      const counts = URGENT_SEVERITIES.map((severity) => {
        const isListed = changes.filter((change) => change.severity === severity).length;
        return Math.max(record.marks[days]?.[severity] ?? 0, isListed);
      });
      const severity = URGENT_SEVERITIES.findLast((_, index) => (counts[index] ?? 0) > 0);
      return severity === undefined ? [] : [{ tenant, days, severity, count: sum(counts), changes }];
    });
}

function reminder({ tenant, days, severity, count, changes }: Passed, run: RunRef, rules: AlertRules): Alert {
  // The day and not the run: of two runs that overtake each other, both may see a mark as passed.
  const findings = changes.map(({ finding }) => finding).sort();
  return {
    id: alertId("reminder", tenant, days, localDay(run.startedAt, rules.timezone), ...findings),
    kind: "reminder",
    severity,
    tenant,
    owner: rules.owners.get(tenant) ?? null,
    title: `${tenant}: ${counted(count, "finding")} still ${openFor(days)}`,
    text: "You were told of this when it began, and it is still open. The next reminder comes when it has lasted longer.",
    facts: [
      { label: "Tenant", value: tenant },
      { label: "Worst", value: severity },
      { label: "Open for", value: counted(days, "day") },
    ],
    steps: [allThatIsOpen(rules, tenant), "Mend it, or accept it until a day under exceptions in curfew.yaml."],
    items: changes.length === 0 ? [] : firstLines(changes.map(changeLine), MOST_ITEMS, count),
    at: run.startedAt,
  };
}
