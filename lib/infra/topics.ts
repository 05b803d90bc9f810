import { Aws, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { TOPIC_NAMES } from "../config/alert-subscriptions.ts";
import { runbookAlarm } from "./runbook-alarm.ts";

/**
 * The three ways by which people hear of something, under one key of our own: CloudWatch cannot use the key that SNS
 * brings along, and would fail to publish in silence.
 */
export class Topics extends Construct {
  readonly key: Key;
  /** What audits found. */
  readonly alerts: Topic;
  /** That no audit comes to its end any more; apart, so that it can go to other people. */
  readonly watchdog: Topic;
  /** That something in the stack does not work. */
  readonly alarms: Topic;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, "Key", {
      description: "Encrypts what Curfew sends through SNS",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY, // messages in flight only: nothing at rest depends on it
    });
    this.alerts = this.topic("Alerts", TOPIC_NAMES.alerts);
    this.watchdog = this.topic("Watchdog", TOPIC_NAMES.watchdog);
    this.alarms = this.topic("Alarms", TOPIC_NAMES.alarms);
    this.letAlarmsPublish();
    runbookAlarm(this, "NotificationsFailed", {
      metric: this.alerts.metricNumberOfNotificationsFailed({ period: Duration.minutes(5) }),
      says: "SNS could not deliver alerts of Curfew.",
      section: "notifications-failed",
      topic: this.alarms,
      lasts: "event",
    });
  }

  private topic(id: string, topicName: string): Topic {
    return new Topic(this, id, { topicName, displayName: "Curfew", masterKey: this.key, enforceSSL: true });
  }

  /**
   * A topic with a policy of its own loses the one that lets the account's alarms publish, and a key never had one.
   * Source: Amazon SNS developer guide, "Configuring AWS KMS permissions".
   */
  private letAlarmsPublish(): void {
    const principals = [new ServicePrincipal("cloudwatch.amazonaws.com")];
    const alarm = Stack.of(this).formatArn({ service: "cloudwatch", resource: "alarm:*" });
    const conditions = {
      StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
      ArnLike: { "aws:SourceArn": alarm },
    };
    for (const topic of [this.watchdog, this.alarms]) {
      topic.addToResourcePolicy(
        new PolicyStatement({ principals, actions: ["sns:Publish"], resources: [topic.topicArn], conditions }),
      );
    }
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals,
        actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
        resources: ["*"],
        conditions,
      }),
    );
  }
}
