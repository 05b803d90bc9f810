import { Duration } from "aws-cdk-lib";
import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { runbookAlarm } from "./runbook-alarm.ts";

/** A queue for what could not be delivered, which rings as long as it is not empty. */
export function deadLetterQueue(
  scope: Construct,
  id: string,
  alarm: { says: string; section: string; topic: ITopic },
): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14), // the longest there is
  });
  acknowledge(queue, { SQS3: `${scope.node.id}/${id} is a dead-letter queue itself.` });
  runbookAlarm(queue, "NotEmpty", {
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: Stats.MAXIMUM }),
    lasts: "state",
    ...alarm,
  });
  return queue;
}
