import { Duration } from "aws-cdk-lib";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import type { Config } from "../config/schema.ts";
import { INCIDENT_FUNCTIONS } from "../revocation/incident-machine.ts";
import { acknowledge, arnInFinding } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import type { CurfewTable } from "./curfew-table.ts";
import type { EvidenceBucket } from "./evidence-bucket.ts";
import { secretArns, secretsFinding } from "./secret-arns.ts";
import type { Topics } from "./topics.ts";

interface RespondProps {
  config: Asset;
  table: CurfewTable;
  evidence: EvidenceBucket;
  topics: Topics;
}

/** Whether anything can be revoked: some tenant has a login for emergencies. */
export const anyResponder = ({ tenants }: Pick<Config, "tenants">): boolean =>
  tenants.some(({ responder }) => responder !== undefined);

/**
 * Does the steps of an incident with the responder's login. One function for all of them, so that it is warm from the
 * first one on. It reads no application's secret. The auditor's login reads the tenant once, to find what was planted.
 */
export class Respond extends CurfewFunction {
  constructor(scope: Construct, id: string, { config, table, evidence, topics }: RespondProps) {
    super(scope, id, {
      entry: "respond",
      description: "Curfew: does the steps of an emergency revocation",
      functionName: INCIDENT_FUNCTIONS.respond,
      memorySize: 1024, // what nobody wants to wait for starts faster with more processor time
      timeout: Duration.minutes(15), // the longest there is; each step bounds itself
      config,
      environment: {
        CURFEW_EVIDENCE_BUCKET: evidence.bucket.bucketName,
        CURFEW_ALERTS_TOPIC: topics.alerts.topicArn,
      },
    });
    table.allow(this, ["INCIDENT#*"], ["GetItem", "UpdateItem", "DeleteItem", "Query"]);
    table.allow(this, ["INCIDENTS"], ["GetItem", "UpdateItem", "Query"]);
    // What is known of lifetimes, of credentials and of audits; where an incident is about one of them, it is said there.
    table.allow(this, ["TENANT#*"], ["GetItem", "Query"]);
    table.allow(this, ["NOTICE#*"], ["GetItem", "UpdateItem"]);
    this.#allowEvidence(evidence);
    this.#allowLogins();
    this.allow({ actions: ["sns:Publish"], resources: [topics.alerts.topicArn] });
    this.allow({ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [topics.key.keyArn] });
  }

  /** Writes what an incident came to; reads what audits saw before it. */
  #allowEvidence({ bucket }: EvidenceBucket): void {
    const objects = ["incidents/*", "runs/*"];
    this.allow({ actions: ["s3:PutObject", "s3:GetObject"], resources: [bucket.arnForObjects("incidents/*")] });
    this.allow({
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      resources: [bucket.arnForObjects("runs/*")],
    });
    // Without it a missing object is answered with 403, and what is not there could not be told from what is forbidden.
    this.allow({ actions: ["s3:ListBucket"], resources: [bucket.bucketArn] });
    acknowledge(
      this.role,
      Object.fromEntries(
        objects.map((each) => [
          `IAM5[Resource::${arnInFinding(bucket)}/${each}]`,
          `respond keeps the evidence of every incident below incidents/, and reads what audits of every tenant saw below runs/: ${each}.`,
        ]),
      ),
    );
  }

  #allowLogins(): void {
    for (const name of ["curfew/*/responder", "curfew/*/responder-spare", "curfew/*/auditor"]) {
      this.allow({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArns(this, name)] });
      acknowledge(this.role, {
        [secretsFinding(`${name}-??????`)]:
          `respond reads the secrets of every tenant's logins for emergencies, and of the auditor that sees what is different in it: ${name}.`,
      });
    }
  }
}
