import pLimit from "p-limit";
import { type Table, tenantPartition } from "../store/table.ts";
import { CREDENTIAL_PREFIX, type CredentialRecord, joinCredentials } from "./credential-record.ts";
import { type Stored, updateRow } from "./update-row.ts";

/** What is remembered of all clients of a tenant. */
export interface Credentials {
  /** By client id. */
  readonly records: ReadonlyMap<string, Stored<CredentialRecord>>;
  /** Joins what was learned; only what changes is written. */
  learn(news: Iterable<CredentialRecord>): Promise<void>;
}

/** A first audit of a large tenant writes a row a client: so many are under way at once. */
const WRITES_AT_ONCE = 25;

/** Reads the records of a tenant's clients. */
export async function openCredentials(table: Table, tenant: string): Promise<Credentials> {
  const partition = tenantPartition(tenant);
  const records = new Map<string, Stored<CredentialRecord>>();
  for await (const { value, version } of table.list<CredentialRecord>(partition, { prefix: CREDENTIAL_PREFIX })) {
    records.set(value.clientId, { value, version });
  }
  const limit = pLimit(WRITES_AT_ONCE);
  const learnOne = async (news: CredentialRecord): Promise<void> => {
    const { clientId } = news;
    const key = { partition, sort: `${CREDENTIAL_PREFIX}${clientId}` };
    records.set(clientId, await updateRow(table, key, records.get(clientId), joinedWith(news)));
  };
  return {
    records,
    async learn(news) {
      await limit.map([...news], learnOne);
    },
  };
}

/** Joining with itself puts the fields of a new record into their order. */
const joinedWith =
  (news: CredentialRecord) =>
  (value: CredentialRecord | undefined): CredentialRecord =>
    joinCredentials(value ?? news, news);
