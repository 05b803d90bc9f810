import type { Key, Table } from "../../store/table.ts";
import { type Incident, incidentPartition, keeperOf } from "./incident.ts";

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
const GRANT = "grant/";
const PUT_BACK = "put-back/";

/** Whose rows they are. */
type Keeper = Pick<Incident, "id" | "keptBy">;

/** What an application may do belongs to it and not to an incident: see {@link keeperOf}. The rest each one sees itself. */
const isOfApplication = (part: string): boolean =>
  ["client", "grant-types", "grant-ids"].includes(part) || part.startsWith(GRANT) || part.startsWith(PUT_BACK);

const partKey = (incident: Keeper, part: PreservedPart): Key => ({
  partition: incidentPartition(isOfApplication(part) ? keeperOf(incident) : incident.id),
  sort: `${PREFIX}${part}`,
});

/**
 * Keeps what was there, once: what was seen first is what is given back, so a second look, at a client that is locked
 * already, never takes its place.
 *
 * @param value plain JSON, and nothing that opens anything
 * @returns what is kept: this, or what was kept before
 */
export async function preserve<T>(table: Table, incident: Keeper, part: PreservedPart, value: T): Promise<T> {
  const key = partKey(incident, part);
  for (;;) {
    if (await table.put(key, value, { ifVersion: 0 })) return value;
    const kept = await table.get<T>(key);
    if (kept) return kept.value;
  }
}

/**
 * Keeps in a later incident what an earlier one about the same application saw of its credential: what that one takes
 * away nobody can see any more. It looks for itself where that one is replaced: the new one leaked.
 */
export async function inheritCredential(table: Table, earlier: Incident, later: Keeper): Promise<void> {
  if (earlier.replacedAt !== undefined) return;
  for (const part of ["keys", "stored-version"] as const) {
    const kept = await readPreserved(table, earlier, part);
    if (kept !== undefined) await preserve(table, later, part, kept);
  }
}

/** What was kept; undefined when nothing was. */
export async function readPreserved<T>(table: Table, incident: Keeper, part: PreservedPart): Promise<T | undefined> {
  return (await table.get<T>(partKey(incident, part)))?.value;
}

/** All that was kept, by part. */
export async function readAllPreserved(table: Table, incident: Keeper): Promise<Record<string, unknown>> {
  const own = await readAll(table, incident.id, "");
  const kept = (await readAll(table, keeperOf(incident), "")).filter(({ id }) => isOfApplication(id));
  return Object.fromEntries([...own, ...kept].map(({ id, value }) => [id, value]));
}

/** What was kept of all grants that were there at the first look. */
export const readPreservedGrants = async <T>(table: Table, incident: Keeper): Promise<T[]> =>
  (await readGrants<T>(table, incident)).first;

/** What was kept of grants that somebody gave afterwards. */
export const readPutBack = async <T>(table: Table, incident: Keeper): Promise<T[]> => [
  ...(await readGrants<T>(table, incident)).later,
  ...(await readAll<T>(table, keeperOf(incident), PUT_BACK)).map(({ value }) => value),
];

/**
 * Grants that were kept as those of the first look, and which of them were: who could not read for a while what a
 * process before had seen first kept whatever was there by then.
 */
async function readGrants<T>(table: Table, incident: Keeper): Promise<{ first: T[]; later: T[] }> {
  const ids = await readPreserved<readonly string[]>(table, incident, "grant-ids");
  const all = await readAll<T>(table, keeperOf(incident), GRANT);
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
