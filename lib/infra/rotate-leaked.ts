import { Duration } from "aws-cdk-lib";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import { LOGINS, loginSecretName } from "../config/logins.ts";
import { INCIDENT_FUNCTIONS } from "../revocation/incident-machine.ts";
import { acknowledge, arnInFinding } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import type { CurfewTable } from "./curfew-table.ts";
import type { EvidenceBucket } from "./evidence-bucket.ts";
import { managedSecrets, secretArns, secretsBelow, secretsFinding } from "./secret-arns.ts";
import type { Topics } from "./topics.ts";

/** As `lib/revocation/rotate/place.ts` names them. */
const NEW_SECRETS = "curfew/incidents/";

const OWN_LOGINS = LOGINS.map((login) => loginSecretName("*", login));
const OF_OWN_LOGINS =
  "rotate-leaked replaces a credential of Curfew's own applications when it leaked; it logs in as the rotator.";

interface RotateLeakedProps {
  config: Asset;
  table: CurfewTable;
  evidence: EvidenceBucket;
  topics: Topics;
}

/**
 * Replaces what leaked, and proves it dead. A function of its own, because it reads the secrets of applications and
 * changes them, and the one with the responder's login must not.
 */
export class RotateLeaked extends CurfewFunction {
  constructor(scope: Construct, id: string, { config, table, evidence, topics }: RotateLeakedProps) {
    super(scope, id, {
      entry: "rotate-leaked",
      description: "Curfew: replaces a leaked credential, and proves it dead",
      functionName: INCIDENT_FUNCTIONS.rotateLeaked,
      memorySize: 1024,
      timeout: Duration.minutes(15), // the longest there is; each step bounds itself
      config,
      environment: {
        CURFEW_EVIDENCE_BUCKET: evidence.bucket.bucketName,
        CURFEW_ALERTS_TOPIC: topics.alerts.topicArn,
      },
    });
    table.allow(this, ["INCIDENT#*"], ["GetItem", "UpdateItem", "Query"]);
    table.allow(this, ["INCIDENTS"], ["Query"]); // one about the rotator may have locked it
    table.allow(this, ["TENANT#*"], ["GetItem", "UpdateItem", "Query"]);
    // For an application that nobody manages the incident says whose the new secret is.
    table.allow(this, ["SECRET#*"], ["GetItem", "UpdateItem"]);
    // People hear what came of trying what was given back, once each.
    this.allow({ actions: ["sns:Publish"], resources: [topics.alerts.topicArn] });
    this.allow({ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [topics.key.keyArn] });
    table.allow(this, ["NOTICE#*"], ["GetItem", "UpdateItem"]);
    this.#allowSecrets();
    this.#allowEvidence(evidence);
  }

  #allowSecrets(): void {
    const replace = ["GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"].map(
      (action) => `secretsmanager:${action}`,
    );
    this.allow({ actions: replace, ...managedSecrets(this) });
    // Curfew's own logins leak, too, and bear no tag.
    this.allow({ actions: replace, resources: OWN_LOGINS.map((name) => secretArns(this, name)) });
    // A secret that is not there bears no tag either, and must be told from one that may not be seen. No value is read.
    this.allow({ actions: ["secretsmanager:DescribeSecret"], resources: [secretsBelow(this, "")] });
    // For an application that nobody manages it makes a secret, under Curfew's care from the first moment on.
    this.allow({
      actions: ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
      resources: [secretsBelow(this, NEW_SECRETS)],
      conditions: { StringEquals: { "aws:RequestTag/curfew:managed": "true" } },
    });
    acknowledge(this.role, {
      [secretsFinding("*")]:
        "rotate-leaked rotates the secrets that carry the tag curfew:managed, whatever their names are, and looks whether others are there.",
      ...Object.fromEntries(OWN_LOGINS.map((name) => [secretsFinding(`${name}-??????`), OF_OWN_LOGINS])),
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
