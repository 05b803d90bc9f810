import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { s3EvidenceStore } from "../../lib/aws/s3-evidence-store.ts";
import { secretsManagerClient } from "../../lib/aws/secrets-manager-client.ts";
import { secretsManagerSource } from "../../lib/aws/secrets-manager-references.ts";
import { secretsManagerVault } from "../../lib/aws/secrets-manager-vault.ts";
import type { DeployedConfig } from "../../lib/config/deployed-config.ts";
import type { Clock } from "../../lib/model/clock.ts";
import { configuredRotation } from "../../lib/rotation/from-config.ts";
import { newKey, newSecret } from "../../lib/rotation/new-credential.ts";
import type { RotationParts } from "../../lib/rotation/parts.ts";
import { variable } from "./environment.ts";

/**
 * What a deployed rotation works with.
 *
 * @param signal to be aborted before the invocation ends. Between invocations Lambda freezes the process: a request that
 * was given up, but not ended, would be sent again by the next one, long after the lease that it was sent under.
 */
export function rotationParts(
  { tenants }: DeployedConfig,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): RotationParts {
  const random = Math.random;
  const sources = { env: {}, secretsManager: secretsManagerSource() };
  return {
    ...configuredRotation(tenants, sources, { signal, clock, random }),
    vault: secretsManagerVault(() => secretsManagerClient({ signal })),
    table: dynamodbTable(variable("CURFEW_TABLE")),
    evidence: s3EvidenceStore(variable("CURFEW_EVIDENCE_BUCKET")),
    clock,
    random,
    newSecret,
    newKey,
  };
}
