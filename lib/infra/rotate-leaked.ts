import { Duration } from "aws-cdk-lib";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import { INCIDENT_FUNCTIONS } from "../revocation/incident-machine.ts";
import { acknowledge, arnInFinding } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import type { CurfewTable } from "./curfew-table.ts";
import type { EvidenceBucket } from "./evidence-bucket.ts";
import { managedSecrets, secretArns, secretsBelow, secretsFinding } from "./secret-arns.ts";

/** As `lib/revocation/rotate/place.ts` names them. */
const NEW_SECRETS = "curfew/incidents/";

interface RotateLeakedProps {
  config: Asset;
  table: CurfewTable;
  evidence: EvidenceBucket;
}

/**
 * Replaces what leaked, and proves it dead. A function of its own, because it reads the secrets of applications and
 * changes them, and the one with the responder's login must not.
 */
export class RotateLeaked extends CurfewFunction {
  constructor(scope: Construct, id: string, { config, table, evidence }: RotateLeakedProps) {
    super(scope, id, {
      entry: "rotate-leaked",
      description: "Curfew: replaces a leaked credential, and proves it dead",
      functionName: INCIDENT_FUNCTIONS.rotateLeaked,
      memorySize: 1024,
      timeout: Duration.minutes(15), // the longest there is; each step bounds itself
      config,
      environment: { CURFEW_EVIDENCE_BUCKET: evidence.bucket.bucketName },
    });
    table.allow(this, ["INCIDENT#*"], ["GetItem", "UpdateItem", "Query"]);
    table.allow(this, ["TENANT#*"], ["GetItem", "UpdateItem", "Query"]);
    // For an application that nobody manages the incident says whose the new secret is.
    table.allow(this, ["SECRET#*"], ["GetItem", "UpdateItem"]);
    this.#allowSecrets();
    this.#allowEvidence(evidence);
  }

  #allowSecrets(): void {
    this.allow({
      actions: ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"].map(
        (action) => `secretsmanager:${action}`,
      ),
      ...managedSecrets(this),
    });
    this.allow({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArns(this, "curfew/*/rotator")] });
    // For an application that nobody manages it makes a secret, under Curfew's care from the first moment on.
    this.allow({
      actions: ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
      resources: [secretsBelow(this, NEW_SECRETS)],
      conditions: { StringEquals: { "aws:RequestTag/curfew:managed": "true" } },
    });
    acknowledge(this.role, {
      [secretsFinding("*")]:
        "rotate-leaked rotates the secrets that carry the tag curfew:managed, whatever their names are.",
      [secretsFinding("curfew/*/rotator-??????")]:
        "rotate-leaked reads the secret of every tenant's rotator, curfew/<tenant>/rotator, and no other login's.",
      [secretsFinding(`${NEW_SECRETS}*`)]:
        "rotate-leaked makes secrets of applications that nobody managed, curfew/incidents/<tenant>/<client>, and no others.",
    });
  }

  /** Proofs are written once; nothing is read. */
  #allowEvidence({ bucket }: EvidenceBucket): void {
    this.allow({ actions: ["s3:PutObject"], resources: [bucket.arnForObjects("rotations/*")] });
    acknowledge(this.role, {
      [`IAM5[Resource::${arnInFinding(bucket)}/rotations/*]`]:
        "rotate-leaked writes the proofs of every rotation below rotations/ in the evidence bucket.",
    });
  }
}
