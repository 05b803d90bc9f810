import type { ManagementApi } from "../auth0/management-api.ts";
import type { Plan } from "../auth0/rate-limits.ts";
import type { Inventory, Unavailable } from "../inventory/inventory.ts";
import { because } from "../inventory/unavailable.ts";
import type { Clock } from "../model/clock.ts";
import { hasCode } from "../model/curfew-error.ts";
import type { Seconds } from "../model/duration.ts";
import { type Table, tenantPartition } from "../store/table.ts";
import type { CredentialRecord } from "./credential-record.ts";
import { type Credentials, openCredentials } from "./credentials.ts";
import { foldEvents, type LogFacts, noFacts } from "./fold-events.ts";
import type { Exchanges, History, Instant, RotationTrouble } from "./history.ts";
import { recordLifetimes } from "./lifetimes.ts";
import { listedBefore, readListings, recordListing } from "./listings.ts";
import { joinLogs, LOG_SORT, type LogRecord } from "./log-record.ts";
import { logNotes, vaultNotes } from "./notes.ts";
import { pastRuns } from "./past-runs.ts";
import { type LogEnd, readLog } from "./read-log.ts";
import { secretAge } from "./secret-age.ts";
import { type Stored, updateRow } from "./update-row.ts";
import type { SecretDates } from "./vault.ts";

/** A credential that Curfew looks after, as configured. */
export interface ManagedCredential {
  clientId: string;
  kind: "client-secret" | "private-key";
  /** The secret's name in Secrets Manager. */
  secret: string;
}

/** What the configuration says about a tenant's applications. */
export interface LookedAfter {
  credentials: readonly ManagedCredential[];
  /** The client ids of Curfew's own applications: auditor, rotator, responder and its spare. */
  own: readonly string[];
}

/** What a reader of histories needs. */
export interface HistoryParts {
  table: Table;
  /** This run; a retry has the same. */
  run: { id: string; startedAt: string };
  clock: Clock;
  /** By the tenant's name. */
  lookedAfter(tenant: string): LookedAfter;
  /** Left out where there is no vault. */
  vault?: SecretDates;
  /** Which of a tenant's credentials cannot be rotated, by client id; left out where nothing is known of rotations. */
  rotationTroubles?(tenant: string): Promise<ReadonlyMap<string, RotationTrouble>>;
  /** The longest time between two scheduled audits; left out without a schedule. */
  interval?: Seconds;
  /** Milliseconds for which a tenant's log is read at the most; what is left over is read next time. */
  logTime?: number;
}

/** At Enterprise's pace five minutes read about 480,000 events; a Lambda has fifteen for everything. */
const LOG_TIME = 300_000;

/** So many pages of 100 events are folded before anything is written: a kill costs at most these. */
const PAGES_A_WRITE = 50;

/** The tenant whose history is read. */
interface Target {
  name: string;
  plan: Plan;
}

/** What the enabled checks want to know. */
export interface Wanted {
  /** Whether to read the tenant's log. */
  logs: boolean;
}

/** One reading, with everything that its steps share. */
interface Reading extends HistoryParts, LookedAfter {
  target: Target;
  api: ManagementApi;
  signal: AbortSignal;
  /** `<startedAt>#<id>`: sorts as time does. */
  key: string;
  startedAt: Instant;
  credentialRecords: Credentials;
}

/**
 * Makes the reader of tenants' histories: it reads what earlier runs recorded, adds what this one sees, and says what
 * is known then. It obeys three rules, so that a retry, a replay and runs side by side leave the same records:
 * everything recorded is a join (the earliest first sight, the latest of the rest), the log's position is written after
 * what was read up to it, and whatever is dated by this run is dated by its start, lifetimes aside.
 *
 * @returns a function that rejects only when the memory itself fails, or with CurfewError `interrupted`; what it could
 * not read is said in the history
 */
export function readHistory(parts: HistoryParts) {
  return async (
    target: Target,
    api: ManagementApi,
    inventory: Inventory,
    signal: AbortSignal,
    wanted: Wanted = { logs: true },
  ): Promise<History> => {
    const { table, run } = parts;
    const reading: Reading = {
      ...parts,
      ...parts.lookedAfter(target.name),
      target,
      api,
      signal,
      key: `${run.startedAt}#${run.id}`,
      startedAt: Date.parse(run.startedAt),
      credentialRecords: await openCredentials(table, target.name),
    };
    await recordClients(reading, inventory);
    await recordApis(reading, inventory);
    const undated = await recordVaultDates(reading);
    const log = await recordLog(reading, wanted);
    return {
      ...compose(reading, log, undated, await pastRuns(table, target.name, reading.key)),
      rotationTroubles: await parts.rotationTroubles?.(target.name),
    };
  };
}

/** Records the clients that are new, and then that the list was read to its end. */
async function recordClients(reading: Reading, { clients }: Inventory): Promise<void> {
  if (clients?.status !== "complete") return;
  const { table, target, startedAt, credentialRecords } = reading;
  const listings = await readListings(table, target.name);
  const notBefore = listings && listedBefore(listings.value, startedAt);
  const seen = { first: startedAt, ...(notBefore === undefined ? {} : { notBefore }) };
  const isNews = (clientId: string): boolean => {
    const known = credentialRecords.records.get(clientId);
    return known === undefined || known.value.seen.first > startedAt;
  };
  const news = clients.data.flatMap(({ client_id: clientId, global }): CredentialRecord[] =>
    global === true || !isNews(clientId) ? [] : [{ clientId, seen }],
  );
  await credentialRecords.learn(news);
  await recordListing(table, target.name, listings, startedAt);
}

/** Dated by when it was read: a run may go on past midnight, and what a later day saw says nothing of the earlier one. */
async function recordApis({ table, target, startedAt, clock }: Reading, { resourceServers }: Inventory): Promise<void> {
  if (resourceServers?.status === "complete") {
    await recordLifetimes(table, target.name, resourceServers.data, clock.now(), Math.min(startedAt, clock.now()));
  }
}

/**
 * Records the dates of stored secrets. Where one cannot be read, the last one known holds.
 *
 * @returns why some could not be read, one sentence each
 */
async function recordVaultDates({ vault, credentials, key, startedAt, credentialRecords }: Reading): Promise<string[]> {
  if (!vault) return [];
  const reasons: string[] = [];
  for (const { clientId, secret } of credentials) {
    try {
      const current = await vault.currentVersion(secret);
      if (!current) continue;
      await credentialRecords.learn([{ clientId, seen: { first: startedAt }, vaultVersion: { ...current, run: key } }]);
    } catch (error) {
      if (!hasCode(error, "reference-unresolved")) throw error;
      reasons.push(error.message);
    }
  }
  return reasons;
}

/** What the log's reading came to. */
interface LogOutcome {
  record: LogRecord | undefined;
  end: LogEnd;
}

/**
 * Reads the log and records what it tells, then how far it was read: whoever dies in between reads the same again.
 */
async function recordLog(reading: Reading, { logs }: Wanted): Promise<LogOutcome> {
  const { table, target, clock, api, signal, key, logTime = LOG_TIME } = reading;
  const row = { partition: tenantPartition(target.name), sort: LOG_SORT };
  let stored: Stored<LogRecord> | undefined = await table.get<LogRecord>(row);
  if (!logs) return { record: stored?.value, end: because("no-history", "no enabled check needs the log") };
  const steps = readLog({
    api,
    plan: target.plan,
    clock,
    run: key,
    known: stored?.value,
    deadline: clock.now() + logTime,
    signal,
  });
  let facts = noFacts();
  let pages = 0;
  let latest: LogRecord | undefined;
  const write = async (): Promise<void> => {
    if (!latest) return;
    const record = latest;
    await reading.credentialRecords.learn(newsOf(facts));
    stored = await updateRow<LogRecord>(table, row, stored, (value) => joinLogs(value ?? record, record));
    facts = noFacts();
  };
  for (;;) {
    const step = await steps.next();
    if (step.done) {
      await write();
      return { record: stored?.value, end: step.value };
    }
    foldEvents(facts, step.value.events, step.value.dateOf);
    latest = step.value.record;
    pages += 1;
    if (pages % PAGES_A_WRITE === 0) await write();
  }
}

const newsOf = ({ first, lastExchange, rotation }: LogFacts): CredentialRecord[] =>
  [...first].map(([clientId, at]): CredentialRecord => {
    const exchange = lastExchange.get(clientId);
    const rotated = rotation.get(clientId);
    return {
      clientId,
      seen: { first: at },
      ...(rotated === undefined ? {} : { rotationInLog: rotated }),
      ...(exchange === undefined ? {} : { lastExchange: exchange }),
    };
  });

function compose(
  { credentialRecords, credentials, own, clock, interval, key, startedAt }: Reading,
  log: LogOutcome,
  undated: readonly string[],
  past: { first: Instant | undefined; lastComplete: Instant | undefined },
): Omit<History, "rotationTroubles"> {
  const now = clock.now();
  const records = [...credentialRecords.records.values()].map(({ value }) => value);
  const managed = new Set(credentials.map(({ clientId }) => clientId));
  return {
    startedAt,
    secrets: new Map(records.map((record) => [record.clientId, secretAge(record, log.record?.since, now)])),
    seen: new Map(records.map(({ clientId, seen }) => [clientId, seen])),
    managed,
    own: new Set(own),
    probes: new Map(
      records.flatMap(({ clientId, probe }) => (probe && managed.has(clientId) ? [[clientId, probe]] : [])),
    ),
    exchanges: exchangesOf(log, records),
    lastCompleteAudit: past.lastComplete,
    firstAudit: past.first,
    interval,
    notes: [...logNotes(log.record, log.end, key), ...vaultNotes(undated)],
  };
}

/** Only what lies in the part that was read without a gap: of a client that is silent in it nobody knows more. */
function exchangesOf({ record, end }: LogOutcome, records: readonly CredentialRecord[]): Exchanges | Unavailable {
  if (typeof end === "object") return end;
  if (!record) return because("time-out", "there was no time left to read the log");
  const { since, until } = record;
  const lastSeen = new Map<string, Instant>();
  for (const { clientId, lastExchange } of records) {
    if (lastExchange !== undefined && lastExchange >= since) lastSeen.set(clientId, lastExchange);
  }
  return { status: "complete", since, until, lastSeen };
}
