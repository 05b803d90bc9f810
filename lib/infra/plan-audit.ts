import { Duration } from "aws-cdk-lib";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { CurfewFunction } from "./curfew-function.ts";
import type { CurfewTable } from "./curfew-table.ts";

interface PlanAuditProps {
  config: Asset;
  table: CurfewTable;
  alerts: ITopic;
  /** True where some tenant has an owner. */
  anyOwner: boolean;
}

/** Says which tenants a run audits, and makes sure that their owners are subscribed to what is said about them. */
export class PlanAudit extends CurfewFunction {
  constructor(scope: Construct, id: string, props: PlanAuditProps) {
    super(scope, id, {
      entry: "plan-audit",
      description: "Curfew: says which tenants a run audits",
      memorySize: 512,
      timeout: Duration.minutes(5), // 1,000 owners, subscribed one by one
      config: props.config,
      environment: { CURFEW_ALERTS_TOPIC: props.alerts.topicArn },
    });
    props.table.allow(this, ["PENDING"], ["UpdateItem"]);
    if (props.anyOwner) this.allowSubscribing(props.alerts);
  }

  /** Owners are not in the template, which would grow with the tenants. Only mail: nothing else may be connected here. */
  private allowSubscribing({ topicArn }: ITopic): void {
    this.allow({ actions: ["sns:ListSubscriptionsByTopic"], resources: [topicArn] });
    this.allow({
      actions: ["sns:Subscribe"],
      resources: [topicArn],
      conditions: { StringEquals: { "sns:Protocol": "email" } },
    });
  }
}
