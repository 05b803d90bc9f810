import { isUrgent } from "../findings/ledger/urgent.ts";
import type { Alert } from "./alert.ts";
import { type AlertRules, localDay } from "./alert-rules.ts";
import { bundled } from "./bundle.ts";
import { changeAlert } from "./change-alert.ts";
import { notAudited } from "./not-audited.ts";
import { reminders } from "./reminders.ts";
import { changesOf, type RunReport, unlistedUrgent } from "./run-report.ts";

/**
 * What people hear at once about a run: new or worse findings at high or above, reminders, tenants not audited.
 * The same report gives the same alerts, in whatever order its records and their changes are.
 *
 * @param report all of the run: also what was told of it already, so that a summary stays the same summary
 */
export function atOnceAlerts(report: RunReport, rules: AlertRules): Alert[] {
  const { run } = report;
  const day = localDay(run.startedAt, rules.timezone);
  const findings = changesOf(report, isUrgent).map((change) => changeAlert(change, run, rules));
  return [
    ...bundled(findings, {
      run,
      rules,
      kind: "summary",
      noun: "finding is new or worse",
      nouns: NEW,
      unlisted: unlistedUrgent(report),
      owners: rules.owners,
    }),
    ...bundled(reminders(report, rules), { run, rules, kind: "reminder", noun: "reminder", nouns: "reminders" }),
    ...bundled(notAudited(report, rules), {
      run,
      rules,
      kind: "not-audited",
      noun: UNSEEN,
      nouns: UNSEEN_MANY,
      day,
    }),
  ];
}

const NEW = "findings are new or worse";
const UNSEEN = "tenant was not audited";
const UNSEEN_MANY = "tenants were not audited";
