import { Duration } from "aws-cdk-lib";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import { loginSecretName } from "../config/logins.ts";
import { INCIDENT_FUNCTIONS } from "../revocation/incident-machine.ts";
import { acknowledge } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import type { CurfewTable } from "./curfew-table.ts";
import type { EvidenceBucket } from "./evidence-bucket.ts";
import { allowIncidentWork } from "./incident-work.ts";
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
  constructor(scope: Construct, id: string, { config, ...parts }: InvestigateProps) {
    super(scope, id, {
      entry: "investigate",
      description: "Curfew: says what was done with what leaked, and keeps the evidence",
      functionName: INCIDENT_FUNCTIONS.investigate,
      memorySize: 2048, // two inventories at once: an audit of 100,000 applications takes up to 512 for one
      timeout: Duration.minutes(15), // the longest there is; each step bounds itself
      config,
    });
    allowIncidentWork(this, parts, ["incident.json", "incident.html"]);
    parts.table.allow(this, ["INCIDENTS"], ["Query"]); // one about the auditor may have locked it
    this.allow({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArns(this, AUDITORS)] });
    acknowledge(this.role, {
      [secretsFinding(`${AUDITORS}-??????`)]:
        "investigate reads the secrets of every tenant's auditor, which sees what is different in it and changes nothing.",
    });
  }
}
