import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

export interface RunbookAlarmProps {
  metric: IMetric;
  /** What is wrong when it rings, in one sentence. */
  says: string;
  /** The section of docs/runbook.md that says what to do. */
  section: string;
  /** Who hears. */
  topic: ITopic;
  /** Rings when the metric is at least this; at least 1 when left out. */
  threshold?: number;
}

/** An alarm that rings on the first period in which something was counted, and says where to read on. */
export function runbookAlarm(scope: Construct, id: string, props: RunbookAlarmProps): Alarm {
  const alarm = new Alarm(scope, id, {
    metric: props.metric,
    threshold: props.threshold ?? 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: description(props),
  });
  return notify(alarm, props.topic);
}

/** What an alarm says: the sentence, and the section of the runbook. */
export const description = ({ says, section }: { says: string; section: string }): string =>
  `${says} What to do: docs/runbook.md#${section}`;

/** Tells the topic when the alarm rings and when it is over. */
export function notify(alarm: Alarm, topic: ITopic): Alarm {
  const action = new SnsAction(topic);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  return alarm;
}
