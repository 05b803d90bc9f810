import { Duration } from "aws-cdk-lib";
import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { auditMachineArns, MACHINE_NAME } from "./audit-machine.ts";
import { CurfewFunction } from "./curfew-function.ts";
import { curfewMetric } from "./curfew-metrics.ts";
import type { CurfewTable } from "./curfew-table.ts";
import { runbookAlarm } from "./runbook-alarm.ts";
import type { Topics } from "./topics.ts";

/** Reads what a run found in all tenants, tells people, and counts. */
export class FinishAudit extends CurfewFunction {
  constructor(scope: Construct, id: string, props: { config: Asset; table: CurfewTable; topics: Topics }) {
    super(scope, id, {
      entry: "finish-audit",
      description: "Curfew: tells people what a run found",
      memorySize: 1024,
      timeout: Duration.minutes(10),
      config: props.config,
      environment: {
        CURFEW_ALERTS_TOPIC: props.topics.alerts.topicArn,
        CURFEW_TOPICS: topicArns(props.topics).join(","),
        CURFEW_AUDIT_MACHINE: auditMachineArns(scope).machine,
      },
    });
    props.table.allow(this, ["TENANT#*"], ["GetItem", "UpdateItem", "Query"]);
    props.table.allow(this, ["NOTICE#*"], ["GetItem", "UpdateItem"]);
    props.table.allow(this, ["PENDING"], ["GetItem", "UpdateItem", "DeleteItem", "Query"]);
    this.allowPublishing(props.topics);
    this.allowAskingAboutRuns();
    this.watch(props.topics);
  }

  private allowPublishing(topics: Topics): void {
    this.allow({ actions: ["sns:Publish"], resources: [topics.alerts.topicArn] });
    this.allow({ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [topics.key.keyArn] });
    this.allow({ actions: ["sns:ListSubscriptionsByTopic"], resources: topicArns(topics) });
  }

  /** Whether a run that has told nobody anything is still under way. */
  private allowAskingAboutRuns(): void {
    this.allow({ actions: ["states:DescribeExecution"], resources: [auditMachineArns(this).executions] });
    const finding = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${MACHINE_NAME}:*`;
    acknowledge(this.role, {
      [`IAM5[Resource::${finding}]`]: `finish-audit asks about executions of the state machine ${MACHINE_NAME}, whatever their names are.`,
    });
  }

  private watch({ alarms }: Topics): void {
    const period = Duration.minutes(5);
    runbookAlarm(this, "TenantsNotAudited", {
      metric: curfewMetric("TenantsNotAudited", period),
      says: "Curfew could not audit some tenants.",
      section: "tenants-not-audited",
      topic: alarms,
      lasts: "state",
    });
    runbookAlarm(this, "AlertsNotDelivered", {
      // What failed and was delivered when it was tried again, soon after, is over.
      metric: curfewMetric("AlertsNotDelivered", period).with({ statistic: Stats.MINIMUM }),
      says: "Curfew could not hand over alerts to SNS.",
      section: "alerts-not-delivered",
      topic: alarms,
      lasts: "state",
    });
    runbookAlarm(this, "UnconfirmedSubscriptions", {
      metric: curfewMetric("UnconfirmedSubscriptions", period),
      says: "Somebody who should hear from Curfew is not subscribed, or has not confirmed, and hears nothing.",
      section: "unconfirmed-subscriptions",
      topic: alarms,
      lasts: "state",
    });
  }
}

/** Every topic whose subscriptions must be confirmed: who should hear that audits have stopped, too. */
const topicArns = ({ alerts, watchdog, alarms }: Topics): string[] =>
  [alerts, watchdog, alarms].map(({ topicArn }) => topicArn);
