import type { Alert } from "./alert.ts";
import { alertId } from "./alert-id.ts";
import { type AlertRules, allThatIsOpen, localDay } from "./alert-rules.ts";
import { changeLine, openFor } from "./change-alert.ts";
import { counted, firstLines } from "./harmless-text.ts";
import { changesOf, isReminder, type RunReport, type TenantChange } from "./run-report.ts";

/** Lines of one reminder. */
const MOST_ITEMS = 20;

/** One reminder for each tenant and mark: what is still open after 1, 3, 7, 14, … days. */
export function reminders(report: RunReport, rules: AlertRules): Alert[] {
  const groups = Map.groupBy(changesOf(report, isReminder), ({ tenant, openForDays }) =>
    JSON.stringify([tenant, openForDays]),
  );
  return [...groups.values()].flatMap((changes) => {
    const [worst] = changes;
    return worst === undefined ? [] : [reminder(worst, changes, report, rules)];
  });
}

function reminder(worst: TenantChange, changes: TenantChange[], { run }: RunReport, rules: AlertRules): Alert {
  const { tenant, severity } = worst;
  const days = worst.openForDays ?? 0;
  // The day and not the run: of two runs that overtake each other, both may see a mark as passed.
  const findings = changes.map(({ finding }) => finding).sort();
  return {
    id: alertId("reminder", tenant, days, localDay(run.startedAt, rules.timezone), ...findings),
    kind: "reminder",
    severity,
    tenant,
    owner: rules.owners.get(tenant) ?? null,
    title: `${tenant}: ${counted(changes.length, "finding")} still ${openFor(days)}`,
    text: "You were told of this when it began, and it is still open. The next reminder comes when it has lasted longer.",
    facts: [
      { label: "Tenant", value: tenant },
      { label: "Worst", value: severity },
      { label: "Open for", value: counted(days, "day") },
    ],
    steps: [allThatIsOpen(rules, tenant), "Mend it, or accept it until a day under exceptions in curfew.yaml."],
    items: firstLines(changes.map(changeLine), MOST_ITEMS),
    at: run.startedAt,
  };
}
