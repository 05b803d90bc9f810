import { acknowledge, arnInFinding } from "./acknowledge.ts";
import type { CurfewFunction } from "./curfew-function.ts";
import type { CurfewTable } from "./curfew-table.ts";
import type { EvidenceBucket } from "./evidence-bucket.ts";
import type { Topics } from "./topics.ts";

/** What incidents are remembered and told with. */
interface IncidentParts {
  table: CurfewTable;
  evidence: EvidenceBucket;
  topics: Topics;
}

/**
 * Lets a function work on incidents: remember them, tell people, and keep some documents of each.
 *
 * @param documents names below an incident's folder, each written once
 */
export function allowIncidentWork(
  lambda: CurfewFunction,
  { table, evidence, topics }: IncidentParts,
  documents: readonly string[],
): void {
  lambda.function.addEnvironment("CURFEW_EVIDENCE_BUCKET", evidence.bucket.bucketName);
  lambda.function.addEnvironment("CURFEW_ALERTS_TOPIC", topics.alerts.topicArn);
  table.allow(lambda, ["INCIDENT#*"], ["GetItem", "UpdateItem", "DeleteItem", "Query"]);
  // What is known of lifetimes, of credentials and of audits; where an incident is about one of them, it is said there.
  table.allow(lambda, ["TENANT#*"], ["GetItem", "Query"]);
  table.allow(lambda, ["NOTICE#*"], ["GetItem", "UpdateItem"]);
  allowEvidence(lambda, evidence, documents);
  lambda.allow({ actions: ["sns:Publish"], resources: [topics.alerts.topicArn] });
  lambda.allow({ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [topics.key.keyArn] });
}

function allowEvidence(lambda: CurfewFunction, { bucket }: EvidenceBucket, documents: readonly string[]): void {
  const kept = documents.map((name) => `incidents/*/${name}`);
  lambda.allow({
    actions: ["s3:PutObject", "s3:GetObject"],
    resources: kept.map((name) => bucket.arnForObjects(name)),
  });
  lambda.allow({ actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [bucket.arnForObjects("runs/*")] });
  // Without it a missing object is answered with 403, and what is not there could not be told from what is forbidden.
  lambda.allow({ actions: ["s3:ListBucket"], resources: [bucket.bucketArn] });
  const reasons = [...kept, "runs/*"].map((name) => [
    `IAM5[Resource::${arnInFinding(bucket)}/${name}]`,
    `${lambda.node.id} keeps ${documents.join(" and ")} of every incident, and reads what audits of every tenant saw below runs/: ${name}.`,
  ]);
  acknowledge(lambda.role, Object.fromEntries(reasons));
}
