import { Duration } from "aws-cdk-lib";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import { acknowledge, arnInFinding } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import type { CurfewTable } from "./curfew-table.ts";
import type { EvidenceBucket } from "./evidence-bucket.ts";
import { managedSecrets, secretArns, secretsFinding } from "./secret-arns.ts";

interface AuditTenantProps {
  config: Asset;
  table: CurfewTable;
  evidence: EvidenceBucket;
  /** True where some tenant has credentials, whose versions tell their age. */
  anyCredential: boolean;
}

/** Audits one tenant: reads it with the auditor's login, keeps evidence, and records what changed. */
export class AuditTenant extends CurfewFunction {
  constructor(scope: Construct, id: string, props: AuditTenantProps) {
    super(scope, id, {
      entry: "audit-tenant",
      description: "Curfew: audits one tenant",
      memorySize: 1024, // 100,000 applications take up to 512; the rest is for the processor time that comes with it
      timeout: Duration.minutes(15), // the longest there is; it stops reading in time and reports what it has
      config: props.config,
      environment: { CURFEW_EVIDENCE_BUCKET: props.evidence.bucket.bucketName },
    });
    props.table.allow(this, ["TENANT#*"], ["GetItem", "UpdateItem", "DeleteItem", "Query"]);
    this.allowEvidence(props.evidence);
    this.allowAuditorSecrets();
    if (props.anyCredential) this.allowSecretDates();
  }

  private allowEvidence({ bucket }: EvidenceBucket): void {
    this.allow({
      actions: ["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion"],
      resources: [bucket.arnForObjects("runs/*")],
    });
    // Without it a missing object is answered with 403, and a first run could not be told from a forbidden one.
    this.allow({ actions: ["s3:ListBucket"], resources: [bucket.bucketArn] });
    acknowledge(this.role, {
      [`IAM5[Resource::${arnInFinding(bucket)}/runs/*]`]:
        "audit-tenant writes the evidence of every run and tenant below runs/ in the evidence bucket.",
    });
  }

  private allowAuditorSecrets(): void {
    this.allow({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArns(this, "curfew/*/auditor")] });
    acknowledge(this.role, {
      [secretsFinding("curfew/*/auditor-??????")]:
        "audit-tenant reads the secret of every tenant's auditor, curfew/<tenant>/auditor, and no other secret.",
    });
  }

  /** When versions of credentials were made; never what they hold. */
  private allowSecretDates(): void {
    this.allow({ actions: ["secretsmanager:ListSecretVersionIds"], ...managedSecrets(this) });
    acknowledge(this.role, {
      [secretsFinding("*")]:
        "audit-tenant sees the dates of secrets that carry the tag curfew:managed, not their values.",
    });
  }
}
