import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { curfewMetric } from "./curfew-metrics.ts";
import { runbookAlarm } from "./runbook-alarm.ts";

/** The flexible window and the audit itself: an audit may come to its end this much later than the one before. */
const SLACK_HOURS = 2;

/**
 * Rings when no audit was complete in two intervals of the schedule, whatever the reason: silence is not health.
 *
 * An alarm looks back at most 7 days = 168 h. The schedule's longest interval is 73 h, so 2 × 73 + 2 = 148 h at most.
 */
export function missedAuditAlarm(scope: Construct, props: { intervalHours: number; watchdog: ITopic }): void {
  const hours = 2 * props.intervalHours + SLACK_HOURS;
  runbookAlarm(scope, "NoCompleteAudit", {
    metric: curfewMetric("CompleteAudits", Duration.hours(1)),
    says: `Curfew has not completed an audit for ${hours} hours, which is two intervals of its schedule.`,
    section: "no-complete-audit",
    topic: props.watchdog,
    lasts: "state",
    overrides: {
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: hours,
      treatMissingData: TreatMissingData.BREACHING,
    },
  });
}
