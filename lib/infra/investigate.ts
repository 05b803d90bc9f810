import { Duration } from "aws-cdk-lib";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import { loginSecretName } from "../config/logins.ts";
import { INCIDENT_FUNCTIONS } from "../revocation/incident-machine.ts";
import { acknowledge } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import type { CurfewTable } from "./curfew-table.ts";
import type { EvidenceBucket } from "./evidence-bucket.ts";
import { allowIncidentEvidence } from "./incident-evidence.ts";
import { secretArns, secretsFinding } from "./secret-arns.ts";
import type { Topics } from "./topics.ts";

interface InvestigateProps {
  config: Asset;
  table: CurfewTable;
  evidence: EvidenceBucket;
  topics: Topics;
}

/** The auditor's login of every tenant. */
const AUDITORS = loginSecretName("*", "auditor");

/**
 * Compares a tenant with what it was before a leak, and keeps the evidence of an incident. A function of its own,
 * because it sees the whole tenant with the auditor's login, and the one that may change something in it need not.
 */
export class Investigate extends CurfewFunction {
  constructor(scope: Construct, id: string, { config, table, evidence, topics }: InvestigateProps) {
    super(scope, id, {
      entry: "investigate",
      description: "Curfew: says what was done with what leaked, and keeps the evidence",
      functionName: INCIDENT_FUNCTIONS.investigate,
      memorySize: 2048, // two inventories at once: an audit of 100,000 applications takes up to 512 for one
      timeout: Duration.minutes(15), // the longest there is; each step bounds itself
      config,
      environment: {
        CURFEW_EVIDENCE_BUCKET: evidence.bucket.bucketName,
        CURFEW_ALERTS_TOPIC: topics.alerts.topicArn,
      },
    });
    table.allow(this, ["INCIDENT#*"], ["GetItem", "UpdateItem", "DeleteItem", "Query"]);
    // Which audits there were, and what is known of credentials.
    table.allow(this, ["TENANT#*"], ["GetItem", "Query"]);
    table.allow(this, ["NOTICE#*"], ["GetItem", "UpdateItem"]);
    allowIncidentEvidence(this, evidence, ["incident.json", "incident.html"]);
    this.allow({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArns(this, AUDITORS)] });
    this.allow({ actions: ["sns:Publish"], resources: [topics.alerts.topicArn] });
    this.allow({ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [topics.key.keyArn] });
    acknowledge(this.role, {
      [secretsFinding(`${AUDITORS}-??????`)]:
        "investigate reads the secrets of every tenant's auditor, which sees what is different in it and changes nothing.",
    });
  }
}
