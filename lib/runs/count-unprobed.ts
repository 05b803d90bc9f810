import type { RunRef } from "../findings/ledger/run-record.ts";
import { someAtOnce } from "../findings/ledger/some-at-once.ts";
import { CREDENTIAL_PREFIX, type CredentialRecord } from "../history/credential-record.ts";
import { type Table, tenantPartition } from "../store/table.ts";

/** A tenant, and the applications whose stored credentials Curfew looks after. */
interface Probed {
  name: string;
  credentials: readonly { clientId: string }[];
}

/** Rows that are asked for at once. */
const ROWS_AT_ONCE = 20;

/**
 * Counts the stored credentials of which a run does not know whether they are accepted, because of something that
 * somebody can mend: nobody asked since the run was started, the credential could not be read, or Auth0 did not answer.
 * That Auth0's answers cannot tell a right credential from a wrong one is none of these; a finding's check says so.
 */
export async function countUnprobed(table: Table, run: RunRef, tenants: readonly Probed[]): Promise<number> {
  const started = Date.parse(run.startedAt);
  const keys = tenants.flatMap(({ name, credentials }) =>
    credentials.map(({ clientId }) => ({ partition: tenantPartition(name), sort: `${CREDENTIAL_PREFIX}${clientId}` })),
  );
  let unprobed = 0;
  await someAtOnce(keys, ROWS_AT_ONCE, async (key) => {
    const probe = (await table.get<CredentialRecord>(key))?.value.probe;
    if (!probe || probe.at < started || probe.reason === "fetch-failed") unprobed += 1;
  });
  return unprobed;
}
