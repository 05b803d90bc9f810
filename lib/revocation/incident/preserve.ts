import type { Key, Table } from "../../store/table.ts";
import { type Incident, incidentPartition } from "./incident.ts";

/**
 * What is kept before anything is taken away. Each grant is a row of its own, with its organizations: a row of DynamoDB
 * holds 400 KB, and a grant can name hundreds of scopes. `grant-ids` says which grants were there at the first look:
 * one that came after it is no part of what is given back, and is kept as `put-back`.
 */
export type PreservedPart =
  | "client"
  | "grant-types"
  | "keys"
  | "grant-ids"
  | "api-lifetimes"
  | "signing-keys"
  | "log-position"
  | "stored-version"
  | `grant/${string}`
  | `put-back/${string}`;

const PREFIX = "PRESERVED#";

const partKey = (incident: string, part: PreservedPart): Key => ({
  partition: incidentPartition(incident),
  sort: `${PREFIX}${part}`,
});

/**
 * Keeps what was there, once: what an incident saw first is what it gives back, so a second look, at a client that is
 * locked already, never takes its place.
 *
 * @param value plain JSON, and nothing that opens anything
 * @returns what is kept: this, or what was kept before
 */
export async function preserve<T>(table: Table, incident: string, part: PreservedPart, value: T): Promise<T> {
  const key = partKey(incident, part);
  for (;;) {
    if (await table.put(key, value, { ifVersion: 0 })) return value;
    const kept = await table.get<T>(key);
    if (kept) return kept.value;
  }
}

/** Of the tenant and not of the application: a later incident looks at them itself. */
const OF_THE_TENANT: ReadonlySet<string> = new Set<PreservedPart>(["api-lifetimes", "signing-keys", "log-position"]);

/**
 * Keeps in a later incident what an earlier one about the same application has taken away: nobody can see it any more.
 * Which version of the credential was stored first is looked at again where that one is replaced: the new one leaked.
 */
export async function inheritPreserved(
  table: Table,
  { id, replacedAt }: Pick<Incident, "id" | "replacedAt">,
  to: string,
): Promise<void> {
  for await (const { key, value } of table.list<unknown>(incidentPartition(id), { prefix: PREFIX })) {
    const part = key.sort.slice(PREFIX.length) as PreservedPart;
    const isOld = part === "stored-version" && replacedAt !== undefined;
    if (!OF_THE_TENANT.has(part) && !isOld) await preserve(table, to, part, value);
  }
}

/** What was kept; undefined when nothing was. */
export async function readPreserved<T>(table: Table, incident: string, part: PreservedPart): Promise<T | undefined> {
  return (await table.get<T>(partKey(incident, part)))?.value;
}

/** What was kept of all grants that were there at the first look. */
export const readPreservedGrants = async <T>(table: Table, incident: string): Promise<T[]> =>
  (await readGrants<T>(table, incident)).first;

/** What was kept of grants that somebody gave afterwards. */
export const readPutBack = async <T>(table: Table, incident: string): Promise<T[]> => [
  ...(await readGrants<T>(table, incident)).later,
  ...(await readAll<T>(table, incident, PUT_BACK)).map(({ value }) => value),
];

const GRANT = "grant/";
const PUT_BACK = "put-back/";

/**
 * Grants that were kept as those of the first look, and which of them were: who could not read for a while what a
 * process before had seen first kept whatever was there by then.
 */
async function readGrants<T>(table: Table, incident: string): Promise<{ first: T[]; later: T[] }> {
  const ids = await readPreserved<readonly string[]>(table, incident, "grant-ids");
  const all = await readAll<T>(table, incident, GRANT);
  const { first = [], later = [] } = Object.groupBy(all, ({ id }) =>
    ids === undefined || ids.includes(id) ? "first" : "later",
  );
  return { first: first.map(({ value }) => value), later: later.map(({ value }) => value) };
}

async function readAll<T>(table: Table, incident: string, kind: string): Promise<{ id: string; value: T }[]> {
  const prefix = `${PREFIX}${kind}`;
  const rows: { id: string; value: T }[] = [];
  for await (const { key, value } of table.list<T>(incidentPartition(incident), { prefix })) {
    rows.push({ id: key.sort.slice(prefix.length), value });
  }
  return rows;
}
