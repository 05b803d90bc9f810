import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { s3EvidenceStore } from "../../lib/aws/s3-evidence-store.ts";
import { secretsManagerClient } from "../../lib/aws/secrets-manager-client.ts";
import { secretsManagerSource } from "../../lib/aws/secrets-manager-references.ts";
import { secretsManagerVault } from "../../lib/aws/secrets-manager-vault.ts";
import type { DeployedConfig } from "../../lib/config/deployed-config.ts";
import type { Clock } from "../../lib/model/clock.ts";
import { configuredRotation } from "../../lib/rotation/from-config.ts";
import { newKey, newSecret } from "../../lib/rotation/kinds/new-credential.ts";
import type { RotationParts } from "../../lib/rotation/parts.ts";
import { variable } from "./environment.ts";

/** How long a rotation's calls may last. */
export interface RotationTime {
  clock: Clock;
  /** When all is over, milliseconds since the epoch: nothing is changed after that, by nobody's retry either. */
  deadline: number;
  /** Ends what still waits for an answer of Auth0. */
  signal: AbortSignal;
}

/** What a deployed rotation works with. */
export function rotationParts({ tenants }: DeployedConfig, { clock, deadline, signal }: RotationTime): RotationParts {
  const random = Math.random;
  const sources = { env: {}, secretsManager: secretsManagerSource() };
  return {
    ...configuredRotation(tenants, sources, { signal, deadline, clock, random }),
    vault: secretsManagerVault(secretsManagerClient, { clock, deadline }),
    table: dynamodbTable(variable("CURFEW_TABLE")),
    evidence: s3EvidenceStore(variable("CURFEW_EVIDENCE_BUCKET")),
    clock,
    random,
    newSecret,
    newKey,
  };
}
