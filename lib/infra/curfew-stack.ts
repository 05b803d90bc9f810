import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Config } from "../config/schema.ts";
import { AuditMachine } from "./audit-machine.ts";
import { AuditTenant } from "./audit-tenant.ts";
import { configAsset } from "./config-asset.ts";
import { CurfewTable } from "./curfew-table.ts";
import { EvidenceBucket } from "./evidence-bucket.ts";
import { FinishAudit } from "./finish-audit.ts";
import { PlanAudit } from "./plan-audit.ts";
import { ProbeSecrets } from "./probe-secrets.ts";
import { Topics } from "./topics.ts";

export interface CurfewStackProps extends StackProps {
  /** Validated for deployment. */
  config: Config;
  /** How long evidence is kept and cannot be removed, in days. */
  evidenceRetentionDays: number;
}

/** The deployed Curfew. Its size does not depend on the number of tenants; optional parts are there when configured. */
export class CurfewStack extends Stack {
  constructor(scope: Construct, id: string, { config, evidenceRetentionDays, ...props }: CurfewStackProps) {
    super(scope, id, props);
    const asset = configAsset(this, config);
    const table = new CurfewTable(this, "Table");
    const evidence = new EvidenceBucket(this, "Evidence", { retentionDays: evidenceRetentionDays });
    const topics = new Topics(this, "Topics");
    const { alerts, alarms } = topics;

    const anyOwner = config.tenants.some(({ owner }) => owner !== undefined);
    const anyCredential = config.tenants.some(({ credentials }) => credentials.length > 0);
    const { machine } = new AuditMachine(this, "Audit", {
      planAudit: new PlanAudit(this, "PlanAudit", { config: asset, alerts, anyOwner }),
      probeSecrets: anyCredential
        ? new ProbeSecrets(this, "ProbeSecrets", { config: asset, table, alarms })
        : undefined,
      auditTenant: new AuditTenant(this, "AuditTenant", { config: asset, table, evidence, anyCredential }),
      finishAudit: new FinishAudit(this, "FinishAudit", { config: asset, table, topics }),
      alarms,
    });

    this.output("TableName", "Everything that Curfew remembers", table.table.tableName);
    this.output("EvidenceBucketName", "Inventories, results and reports", evidence.bucket.bucketName);
    this.output("AlertsTopicArn", "What audits found", alerts.topicArn);
    this.output("AuditStateMachineArn", "Start it with {} to audit now", machine.stateMachineArn);
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
