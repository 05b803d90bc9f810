import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { s3EvidenceStore } from "../../lib/aws/s3-evidence-store.ts";
import { secretsManagerSource } from "../../lib/aws/secrets-manager-references.ts";
import { snsPublisher } from "../../lib/aws/sns-publisher.ts";
import { variable } from "./environment.ts";

const kept = new Map<string, unknown>();

/**
 * Connects once in each instance of a function: to look for credentials and to shake hands again takes more time than
 * most invocations need for their requests. On a laptop one process may serve several worlds, so the address counts too.
 */
function keep<T>(service: string, name: string, connect: (name: string) => T): T {
  const key = JSON.stringify([service, name, process.env[`AWS_ENDPOINT_URL_${service}`]]);
  if (!kept.has(key)) kept.set(key, connect(name));
  return kept.get(key) as T;
}

/** Where everything is remembered. */
export const deployedTable = () => keep("DYNAMODB", variable("CURFEW_TABLE"), (name) => dynamodbTable(name));

/** Where evidence is kept. */
export const deployedEvidence = () => keep("S3", variable("CURFEW_EVIDENCE_BUCKET"), s3EvidenceStore);

/** By which people are told. */
export const deployedPublisher = () => keep("SNS", variable("CURFEW_ALERTS_TOPIC"), (topic) => snsPublisher(topic));

/** Where the secrets of Curfew's own logins are. */
export const deployedSecrets = () => ({
  env: {},
  secretsManager: keep("SECRETS_MANAGER", "", () => secretsManagerSource()),
});
