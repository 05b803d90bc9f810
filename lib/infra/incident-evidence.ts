import { acknowledge, arnInFinding } from "./acknowledge.ts";
import type { CurfewFunction } from "./curfew-function.ts";
import type { EvidenceBucket } from "./evidence-bucket.ts";

/**
 * Lets a function keep some documents of every incident, once each, and read them and what audits saw before it.
 *
 * @param documents names below an incident's folder
 */
export function allowIncidentEvidence(
  lambda: CurfewFunction,
  { bucket }: EvidenceBucket,
  documents: readonly string[],
): void {
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
