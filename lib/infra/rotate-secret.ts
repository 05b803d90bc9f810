import { Aws, Duration } from "aws-cdk-lib";
import { MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import type { Config } from "../config/schema.ts";
import { ROTATION_FUNCTION } from "../rotation/vault/function-arn.ts";
import { acknowledge, arnInFinding } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import { curfewMetric } from "./curfew-metrics.ts";
import type { CurfewTable } from "./curfew-table.ts";
import type { EvidenceBucket } from "./evidence-bucket.ts";
import { runbookAlarm } from "./runbook-alarm.ts";
import { managedSecrets, secretArns, secretsFinding } from "./secret-arns.ts";
import type { Topics } from "./topics.ts";

interface RotateSecretProps {
  config: Asset;
  table: CurfewTable;
  evidence: EvidenceBucket;
  topics: Topics;
}

/** Whether anything can be rotated: some tenant says what, and with whose login. */
export const anyRotation = ({ tenants }: Pick<Config, "tenants">): boolean =>
  tenants.some(({ rotator, credentials }) => rotator !== undefined && credentials.length > 0);

/**
 * What Secrets Manager calls to rotate a secret. The only function that stores values and that logs in as a rotator.
 */
export class RotateSecret extends CurfewFunction {
  constructor(scope: Construct, id: string, { config, table, evidence, topics }: RotateSecretProps) {
    super(scope, id, {
      entry: "rotate-secret",
      description: "Curfew: does the steps of a rotation as Secrets Manager asks for them",
      functionName: ROTATION_FUNCTION,
      memorySize: 512,
      // The last step asks for a minute whether the new one is accepted, and then sees out the five minutes after which
      // an old one that is still accepted is an alert.
      timeout: Duration.minutes(10),
      config,
      environment: {
        CURFEW_EVIDENCE_BUCKET: evidence.bucket.bucketName,
        CURFEW_ALERTS_TOPIC: topics.alerts.topicArn,
      },
    });
    this.function.addPermission("SecretsManager", {
      principal: new ServicePrincipal("secretsmanager.amazonaws.com"),
      sourceAccount: Aws.ACCOUNT_ID,
    });
    this.allowRemembering(table, evidence, topics);
    this.allowSecrets();
    this.watch(topics);
  }

  private allowRemembering(table: CurfewTable, { bucket }: EvidenceBucket, { alerts, key }: Topics): void {
    table.allow(this, ["TENANT#*", "NOTICE#*"], ["GetItem", "UpdateItem"]);
    // Whose a secret is was said by others: whoever rotates it cannot change that.
    table.allow(this, ["SECRET#*"], ["GetItem"]);
    this.allow({ actions: ["s3:PutObject"], resources: [bucket.arnForObjects("rotations/*")] });
    this.allow({ actions: ["sns:Publish"], resources: [alerts.topicArn] });
    this.allow({ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [key.keyArn] });
    acknowledge(this.role, {
      [`IAM5[Resource::${arnInFinding(bucket)}/rotations/*]`]:
        "rotate-secret keeps the proof of every rotation below rotations/ in the evidence bucket, and reads nothing there.",
    });
  }

  private allowSecrets(): void {
    this.allow({
      actions: ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"].map(
        (action) => `secretsmanager:${action}`,
      ),
      ...managedSecrets(this),
    });
    this.allow({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArns(this, "curfew/*/rotator")] });
    acknowledge(this.role, {
      [secretsFinding("*")]:
        "rotate-secret rotates the secrets that carry the tag curfew:managed, whatever their names are.",
      [secretsFinding("curfew/*/rotator-??????")]:
        "rotate-secret reads the secret of every tenant's rotator, curfew/<tenant>/rotator.",
    });
  }

  /** A test of a configuration always ends as an error: it happens when a secret is taken over, and means nothing. */
  private watch({ alarms }: Topics): void {
    const period = Duration.minutes(5);
    runbookAlarm(this, "Errors", {
      metric: new MathExpression({
        label: "Steps of rotations that failed",
        expression: "errors - FILL(tests, 0)",
        usingMetrics: { errors: this.function.metricErrors({ period }), tests: curfewMetric("RotationTests", period) },
        period,
      }),
      says: "Steps of rotations failed.",
      section: "rotation-steps-failed",
      topic: alarms,
      lasts: "event",
    });
  }
}
