import { Duration } from "aws-cdk-lib";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import { curfewMetric } from "./curfew-metrics.ts";
import type { CurfewTable } from "./curfew-table.ts";
import { runbookAlarm } from "./runbook-alarm.ts";
import { managedSecrets, secretsFinding } from "./secret-arns.ts";

/**
 * Asks Auth0 whether the stored secrets of a tenant's applications are accepted. A function of its own, because it
 * reads these secrets and the one that audits must not.
 */
export class ProbeSecrets extends CurfewFunction {
  constructor(scope: Construct, id: string, props: { config: Asset; table: CurfewTable; alarms: ITopic }) {
    super(scope, id, {
      entry: "probe-secrets",
      description: "Curfew: asks whether the stored secrets of a tenant's applications are accepted",
      memorySize: 512,
      timeout: Duration.minutes(5),
      config: props.config,
    });
    props.table.allow(this, ["TENANT#*"], ["GetItem", "UpdateItem", "Query"]);
    this.allow({ actions: ["secretsmanager:GetSecretValue"], ...managedSecrets(this) });
    acknowledge(this.role, {
      [secretsFinding("*")]:
        "probe-secrets reads the secrets that carry the tag curfew:managed, whatever their names are.",
    });
    // The audit goes on without it, so nothing else would tell. FinishAudit counts what is missing in the table: the
    // function does not fail where a secret cannot be read, and fails nowhere when it is never called.
    runbookAlarm(this, "NotProbed", {
      metric: curfewMetric("SecretsNotProbed", Duration.minutes(5)),
      says: "Curfew could not find out whether some stored secrets are accepted.",
      section: "secrets-not-probed",
      topic: props.alarms,
      lasts: "state",
    });
  }
}
