import { Alarm, type AlarmProps, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

interface RunbookAlarmProps {
  metric: IMetric;
  /** What is wrong when it rings, in one sentence. */
  says: string;
  /** The section of docs/runbook.md that says what to do. */
  section: string;
  /** Who hears. */
  topic: ITopic;
  /**
   * `state`: it lasts until the metric says otherwise, and that it is over is told too.
   * `event`: it happened, and nothing measures that it is over.
   */
  lasts: "state" | "event";
  /** Rings when the metric is at least this; 1 when left out. */
  threshold?: number;
  /** What differs from ringing on the first period. */
  overrides?: Partial<AlarmProps>;
}

/** An alarm whose description says what is wrong and which section of the runbook says what to do. */
export function runbookAlarm(scope: Construct, id: string, props: RunbookAlarmProps): Alarm {
  const alarm = new Alarm(scope, id, {
    metric: props.metric,
    threshold: props.threshold ?? 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: props.lasts === "state" ? TreatMissingData.IGNORE : TreatMissingData.NOT_BREACHING,
    alarmDescription: `${props.says} What to do: docs/runbook.md#${props.section}`,
    ...props.overrides,
  });
  const action = new SnsAction(props.topic);
  alarm.addAlarmAction(action);
  if (props.lasts === "state") alarm.addOkAction(action);
  return alarm;
}
