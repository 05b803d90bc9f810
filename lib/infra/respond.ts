import { Duration } from "aws-cdk-lib";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import { loginSecretName } from "../config/logins.ts";
import type { Config } from "../config/schema.ts";
import { CONTAINING_DOCUMENTS } from "../revocation/contain/documents.ts";
import { INCIDENT_FUNCTIONS } from "../revocation/incident-machine.ts";
import { acknowledge } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import type { CurfewTable } from "./curfew-table.ts";
import type { EvidenceBucket } from "./evidence-bucket.ts";
import { allowIncidentWork } from "./incident-work.ts";
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
 * first one on. It reads no application's secret, and has no other login.
 */
export class Respond extends CurfewFunction {
  constructor(scope: Construct, id: string, { config, ...parts }: RespondProps) {
    super(scope, id, {
      entry: "respond",
      description: "Curfew: does the steps of an emergency revocation",
      functionName: INCIDENT_FUNCTIONS.respond,
      memorySize: 1024, // what nobody wants to wait for starts faster with more processor time
      timeout: Duration.minutes(15), // the longest there is; each step bounds itself
      config,
    });
    allowIncidentWork(this, parts, CONTAINING_DOCUMENTS);
    parts.table.allow(this, ["INCIDENTS"], ["GetItem", "UpdateItem", "Query"]);
    this.#allowLogins();
  }

  #allowLogins(): void {
    for (const name of [loginSecretName("*", "responder"), loginSecretName("*", "spareResponder")]) {
      this.allow({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArns(this, name)] });
      acknowledge(this.role, {
        [secretsFinding(`${name}-??????`)]:
          `respond reads the secrets of every tenant's logins for emergencies: ${name}.`,
      });
    }
  }
}
