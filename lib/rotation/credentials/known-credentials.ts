import { CREDENTIAL_PREFIX, type CredentialRecord } from "../../history/credential-record.ts";
import type { Instant, SecretAge } from "../../history/history.ts";
import { LOG_SORT, type LogRecord } from "../../history/log-record.ts";
import { secretAge } from "../../history/secret-age.ts";
import { type Table, tenantPartition } from "../../store/table.ts";
import { listRotations } from "../ledger/ledger.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";
import type { CredentialKind } from "../ledger/target.ts";
import type { ConfiguredCredential } from "./configured-credentials.ts";

/** A credential as it is configured, and what is known of it. */
export interface KnownCredential extends ConfiguredCredential {
  /** Undefined where nothing is known of the client: no audit has seen it yet. */
  age: SecretAge | undefined;
  /** What the vault holds as current, as the latest run saw it; undefined where none has read it. */
  stored: CredentialRecord["vaultVersion"];
  /** When it was last to be read, Secrets Manager had no such secret, or no value in it. */
  isMissing: boolean;
  /** Undefined before its first rotation. */
  rotation: RotationRecord | undefined;
}

/**
 * Reads what is known of the credentials of one tenant.
 *
 * @param configured those of this tenant
 */
export async function knownCredentials(
  table: Table,
  tenant: string,
  configured: readonly ConfiguredCredential[],
  now: Instant,
): Promise<KnownCredential[]> {
  if (configured.length === 0) return [];
  const partition = tenantPartition(tenant);
  const log = await table.get<LogRecord>({ partition, sort: LOG_SORT });
  const rotations = new Map((await listRotations(table, tenant)).map((record) => [record.clientId, record]));
  const known: KnownCredential[] = [];
  for (const credential of configured) {
    const { clientId, kind } = credential;
    const row = await table.get<CredentialRecord>({ partition, sort: `${CREDENTIAL_PREFIX}${clientId}` });
    const age = row && ageOf(kind, row.value, log?.value.since, now);
    const isMissing = row?.value.probe?.isMissing === true;
    known.push({ ...credential, age, stored: row?.value.vaultVersion, isMissing, rotation: rotations.get(clientId) });
  }
  return known;
}

/** The tenant's log tells of secrets that were changed, and of keys nothing that would say which one is in use. */
function ageOf(kind: CredentialKind, record: CredentialRecord, logSince: Instant | undefined, now: Instant): SecretAge {
  if (kind === "client-secret") return secretAge(record, logSince, now);
  const { rotationInLog: _, ...dated } = record;
  return secretAge(dated, undefined, now);
}
