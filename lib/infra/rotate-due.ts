import { ArnFormat, Duration, Stack } from "aws-cdk-lib";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { ROTATION_FUNCTION } from "../rotation/vault/function-arn.ts";
import { acknowledge, arnInFinding } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import type { CurfewTable } from "./curfew-table.ts";
import type { EvidenceBucket } from "./evidence-bucket.ts";
import { runbookAlarm } from "./runbook-alarm.ts";
import { managedSecrets, secretArns, secretsFinding } from "./secret-arns.ts";

interface RotateDueProps {
  config: Asset;
  table: CurfewTable;
  evidence: EvidenceBucket;
  alarms: ITopic;
}

/**
 * Rotates what is due: asks Secrets Manager to, and waits. What was left unfinished it finishes itself, since the service
 * does not begin a step again; so it may do what the function may that rotates.
 */
export class RotateDue extends CurfewFunction {
  constructor(scope: Construct, id: string, props: RotateDueProps) {
    super(scope, id, {
      entry: "rotate-due",
      description: "Curfew: finishes rotations and rotates what is due",
      memorySize: 512,
      timeout: Duration.minutes(15), // the longest there is; it stops beginning in time
      config: props.config,
      environment: { CURFEW_EVIDENCE_BUCKET: props.evidence.bucket.bucketName },
    });
    props.table.allow(this, ["TENANT#*"], ["GetItem", "UpdateItem", "Query"]);
    props.table.allow(this, ["SECRET#*"], ["GetItem", "UpdateItem"]);
    this.allowSecrets();
    this.allowEvidence(props.evidence);
    runbookAlarm(this, "Failed", {
      // The run goes on without it, so nothing else would tell.
      metric: this.function.metricErrors({ period: Duration.minutes(5) }),
      says: "Curfew could not see to the rotations that were due or unfinished.",
      section: "due-rotations-failed",
      topic: props.alarms,
      lasts: "event",
    });
  }

  private allowSecrets(): void {
    this.allow({
      actions: [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
        "secretsmanager:RotateSecret",
      ],
      ...managedSecrets(this),
    });
    this.allow({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArns(this, "curfew/*/rotator")] });
    // Who has a secret rotated must be allowed to call the function that does it. Source: its API reference, RotateSecret.
    this.allow({ actions: ["lambda:InvokeFunction"], resources: [this.rotationFunction()] });
    acknowledge(this.role, {
      [secretsFinding("*")]:
        "rotate-due rotates the secrets that carry the tag curfew:managed, whatever their names are.",
      [secretsFinding("curfew/*/rotator-??????")]:
        "rotate-due reads the secret of every tenant's rotator, curfew/<tenant>/rotator, and no other login's.",
    });
  }

  /** By its name, which is fixed. */
  private rotationFunction(): string {
    return Stack.of(this).formatArn({
      service: "lambda",
      resource: "function",
      resourceName: ROTATION_FUNCTION,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /** Proofs are written once; nothing is read. */
  private allowEvidence({ bucket }: EvidenceBucket): void {
    this.allow({ actions: ["s3:PutObject"], resources: [bucket.arnForObjects("rotations/*")] });
    acknowledge(this.role, {
      [`IAM5[Resource::${arnInFinding(bucket)}/rotations/*]`]:
        "rotate-due writes the proofs of every rotation below rotations/ in the evidence bucket.",
    });
  }
}
