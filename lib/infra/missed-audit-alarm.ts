import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { hours } from "../model/duration.ts";
import { LONGEST_RUN } from "../runs/longest-run.ts";
import { curfewMetric } from "./curfew-metrics.ts";
import { runbookAlarm } from "./runbook-alarm.ts";

/** The flexible window of the schedule, and that CloudWatch counts whole hours. */
const WINDOW_HOURS = 1;
const LONGEST_RUN_HOURS = Math.ceil(LONGEST_RUN / hours(1));

/**
 * Rings when no audit was complete in two intervals of the schedule, whatever the reason: silence is not health. One
 * audit may fail and be made up for by the next, and that one may be slow: an audit counts as complete when it ends,
 * which may be hours after its start. It is given one interval for that, and never more than the longest run.
 *
 * An alarm looks back at most 7 days = 168 h. The schedule's longest interval is 73 h, so 2 × 73 + 11 + 1 = 158 h at most.
 */
export function missedAuditAlarm(scope: Construct, props: { intervalHours: number; watchdog: ITopic }): void {
  const { intervalHours } = props;
  const silence = 2 * intervalHours + Math.min(intervalHours, LONGEST_RUN_HOURS) + WINDOW_HOURS;
  runbookAlarm(scope, "NoCompleteAudit", {
    metric: curfewMetric("CompleteAudits", Duration.hours(1)),
    says: `Curfew has not completed an audit for ${silence} hours, which is more than two intervals of its schedule.`,
    section: "no-complete-audit",
    topic: props.watchdog,
    lasts: "state",
    overrides: {
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: silence,
      treatMissingData: TreatMissingData.BREACHING,
    },
  });
}
