import { Duration } from "aws-cdk-lib";
import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { type IQueue, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { SLACK_QUEUE_NAME, slackFilter } from "../config/alert-subscriptions.ts";
import type { Config } from "../config/schema.ts";
import { secretsManagerName } from "../config/secret-fields.ts";
import { acknowledge } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import { deadLetterQueue } from "./dead-letter-queue.ts";
import { runbookAlarm } from "./runbook-alarm.ts";
import { secretArns, secretsFinding } from "./secret-arns.ts";
import { filter } from "./subscriptions.ts";
import type { Topics } from "./topics.ts";

interface SlackDeliveryProps {
  slack: NonNullable<Config["alerts"]["slack"]>;
  topics: Topics;
}

const FUNCTION_TIMEOUT = Duration.minutes(1);
/** Six times the function's timeout, as AWS advises, so that a message is not handed out twice at once. */
const VISIBILITY = Duration.minutes(6);
/** Ten tries of six minutes: Slack may be away for an hour. */
const MOST_TRIES = 10;

/** Brings alerts to Slack: from the topic through a queue, because Slack takes one message a second and may be away. */
export class SlackDelivery extends Construct {
  constructor(scope: Construct, id: string, { slack, topics }: SlackDeliveryProps) {
    super(scope, id);
    const deadLetters = deadLetterQueue(this, "DeadLetters", {
      says: "Curfew could not post alerts to Slack.",
      section: "slack-dead-letters",
      topic: topics.alarms,
    });
    const queue = this.queue(deadLetters, topics);
    // CDK is not typed for exactOptionalPropertyTypes.
    const subscription = new SqsSubscription(queue, { deadLetterQueue: deadLetters as IQueue });
    filter(topics.alerts.addSubscription(subscription), slackFilter(slack.minimum));
    this.poster(slack.webhook, queue);
  }

  private queue(deadLetters: Queue, topics: Topics): Queue {
    const queue = new Queue(this, "Queue", {
      queueName: SLACK_QUEUE_NAME,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: VISIBILITY,
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MOST_TRIES },
    });
    // Messages that nobody fetches never become dead letters.
    runbookAlarm(this, "Stuck", {
      metric: queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5), statistic: Stats.MAXIMUM }),
      threshold: Duration.hours(2).toSeconds(),
      says: "Alerts of Curfew have waited for Slack for two hours.",
      section: "slack-queue-stuck",
      topic: topics.alarms,
      lasts: "state",
    });
    return queue;
  }

  private poster(webhook: string, queue: Queue): void {
    const name = secretsManagerName(webhook);
    if (name === undefined) throw new TypeError("a webhook that was not validated for deployment");
    const poster = new CurfewFunction(this, "PostToSlack", {
      entry: "post-to-slack",
      description: "Curfew: posts alerts to Slack",
      memorySize: 256,
      timeout: FUNCTION_TIMEOUT,
      environment: { CURFEW_SLACK_WEBHOOK_SECRET: name },
    });
    poster.allow({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArns(this, name)] });
    acknowledge(poster.role, {
      [secretsFinding(`${name}-??????`)]:
        `post-to-slack reads the one secret ${name}; the question marks are what Secrets Manager appends to the name.`,
    });
    poster.function.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 10,
        maxConcurrency: 2, // the least there is; Slack counts a webhook's messages by the second
        reportBatchItemFailures: true,
      }),
    );
  }
}
