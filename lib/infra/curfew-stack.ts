import { Annotations, CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { operators } from "../config/alert-subscriptions.ts";
import { longestIntervalHours } from "../config/audit-interval.ts";
import type { Config } from "../config/schema.ts";
import { AuditMachine } from "./audit-machine.ts";
import { AuditSchedule } from "./audit-schedule.ts";
import { AuditTenant } from "./audit-tenant.ts";
import { configAsset } from "./config-asset.ts";
import { CurfewFunction } from "./curfew-function.ts";
import { CurfewTable } from "./curfew-table.ts";
import { CurfewDashboard } from "./dashboard.ts";
import { EvidenceBucket } from "./evidence-bucket.ts";
import { FinishAudit } from "./finish-audit.ts";
import { IncidentDesk } from "./incident-desk.ts";
import { IncidentMachine } from "./incident-machine.ts";
import { Investigate } from "./investigate.ts";
import { PlanAudit } from "./plan-audit.ts";
import { ProbeSecrets } from "./probe-secrets.ts";
import { anyResponder, Respond } from "./respond.ts";
import { RotateDue } from "./rotate-due.ts";
import { RotateLeaked } from "./rotate-leaked.ts";
import { anyRotation, RotateSecret } from "./rotate-secret.ts";
import { SlackDelivery } from "./slack-delivery.ts";
import { subscribe } from "./subscriptions.ts";
import { Topics } from "./topics.ts";

export interface CurfewStackProps extends StackProps {
  /** Validated for deployment. */
  config: Config;
  /** How long evidence is kept and cannot be removed, in days. */
  evidenceRetentionDays: number;
  /** The day from which the schedule is judged. */
  today: Date;
}

/** The deployed Curfew. Its size does not depend on the number of tenants; optional parts are there when configured. */
export class CurfewStack extends Stack {
  constructor(scope: Construct, id: string, { config, evidenceRetentionDays, today, ...props }: CurfewStackProps) {
    super(scope, id, { description: "Curfew: a compliance auditor for Auth0 tenants", ...props });
    const { schedule } = config;
    const auditIntervalHours = schedule && longestIntervalHours(schedule, today);
    const asset = configAsset(this, { ...config, ...(auditIntervalHours !== undefined && { auditIntervalHours }) });
    const table = new CurfewTable(this, "Table");
    const evidence = new EvidenceBucket(this, "Evidence", { retentionDays: evidenceRetentionDays });
    const topics = new Topics(this, "Topics");
    const parts = { config: asset, table, evidence, topics };
    const { machine } = this.audit(config, parts);
    if (anyRotation(config)) new RotateSecret(this, "RotateSecret", parts);
    if (anyResponder(config)) this.incidents(parts);
    this.tellPeople(config, topics);
    this.warn(config);
    if (schedule && auditIntervalHours !== undefined) {
      new AuditSchedule(this, "Schedule", { machine, topics, schedule, intervalHours: auditIntervalHours });
    }

    const all = this.node.findAll();
    new CurfewDashboard(this, "Dashboard", {
      machine,
      alarms: all.filter((part) => part instanceof Alarm),
      functions: all.filter((part) => part instanceof CurfewFunction),
    });
    this.output("TableName", "Everything that Curfew remembers", table.table.tableName);
    this.output("EvidenceBucketName", "Inventories, results and reports", evidence.bucket.bucketName);
    this.output("AlertsTopicArn", "What audits found", topics.alerts.topicArn);
    this.output("AuditStateMachineArn", "Start it with {} to audit now", machine.stateMachineArn);
  }

  private audit({ tenants }: Config, { config, table, evidence, topics }: Parts): AuditMachine {
    const { alerts, alarms } = topics;
    const anyOwner = tenants.some(({ owner }) => owner !== undefined);
    const anyCredential = tenants.some(({ credentials }) => credentials.length > 0);
    return new AuditMachine(this, "Audit", {
      planAudit: new PlanAudit(this, "PlanAudit", { config, table, alerts, anyOwner }),
      probeSecrets: anyCredential ? new ProbeSecrets(this, "ProbeSecrets", { config, table, alarms }) : undefined,
      auditTenant: new AuditTenant(this, "AuditTenant", { config, table, evidence, anyCredential }),
      rotateDue: anyRotation({ tenants })
        ? new RotateDue(this, "RotateDue", { config, table, evidence, alarms })
        : undefined,
      finishAudit: new FinishAudit(this, "FinishAudit", { config, table, topics }),
      alarms,
    });
  }

  /** What acts in an emergency; there where some tenant has a login for it. */
  private incidents(parts: Parts): void {
    const { config, table, topics } = parts;
    const respond = new Respond(this, "Respond", parts);
    const investigate = new Investigate(this, "Investigate", parts);
    const rotateLeaked = new RotateLeaked(this, "RotateLeaked", parts);
    const { machine } = new IncidentMachine(this, "Incident", {
      functions: { respond, investigate, rotateLeaked },
      topics,
    });
    const desk = new IncidentDesk(this, "IncidentDesk", { config, table, alarms: topics.alarms });
    this.output(
      "IncidentStateMachineArn",
      "Emergency revocation; docs/revocation.md has its input",
      machine.stateMachineArn,
    );
    this.output("IncidentDeskUrl", "Takes orders and approvals in an emergency, signed by IAM", desk.url);
  }

  private tellPeople(config: Config, topics: Topics): void {
    const { alerts } = config;
    subscribe(topics, config);
    if (alerts.slack) new SlackDelivery(this, "Slack", { topics, slack: alerts.slack });
  }

  /** What can be deployed, and is probably not meant: each is silence that looks like health. */
  private warn(config: Config): void {
    const annotations = Annotations.of(this);
    if (operators(config).length === 0) {
      const message =
        "Nobody hears when this stack does not work: alerts.email and alerts.digest.email in the configuration are empty, so alarms ring unheard.";
      annotations.addWarningV2("curfew:nobody-hears", message);
    }
    if (!config.schedule) {
      const message =
        "Nothing starts an audit by itself: the configuration has no schedule, and no alarm rings when there are none.";
      annotations.addWarningV2("curfew:no-schedule", message);
    }
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}

/** What the parts of an audit share. */
interface Parts {
  config: ReturnType<typeof configAsset>;
  table: CurfewTable;
  evidence: EvidenceBucket;
  topics: Topics;
}
