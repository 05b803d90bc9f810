import { isDeepStrictEqual } from "node:util";
import { CurfewError } from "../../model/curfew-error.ts";
import { type Row, type Table, tenantPartition } from "../../store/table.ts";
import type { TenantAudit } from "../tenant-audit.ts";
import { addToHistory, type NewerRun, sayingOf } from "./add-to-history.ts";
import { brief } from "./brief.ts";
import { judgeChange } from "./change.ts";
import { countingHistory, type FindingHistory, type FindingRecord } from "./finding-record.ts";
import { findingKey, PREFIX, runExpires, runRowKey } from "./keys.ts";
import { type LastSighting, sightingsBefore } from "./last-sighting.ts";
import { giveLeaseBack, type Lease, type Patience, takeLease, unfinishedRuns } from "./lease.ts";
import { boundedListings } from "./listed.ts";
import { byId, mergeJoin, type Pair } from "./merge-join.ts";
import { type Listed, type RunKey, type RunRecord, type RunRef, runKey } from "./run-record.ts";
import { earlierRuns, laterRuns, putSightings, runOf, sightingsOf } from "./runs.ts";
import { someAtOnce } from "./some-at-once.ts";
import { newTally, type Tally } from "./tally.ts";
import { standingAt } from "./transitions.ts";
import { isSilenceTelling, type Witness, witnessOf } from "./witness.ts";

/** What a run found in one tenant. */
export interface AuditEntry {
  audit: TenantAudit;
  run: RunRef;
  /** What it listed completely, as `listedOf` gives it; empty for a failed tenant. */
  listed: Listed;
  /** Where the evidence is kept; null on a laptop. */
  evidence: string | null;
  /** Things about the run that people should know, one sentence each. */
  notes: readonly string[];
  /** The exceptions for all tenants that accept something here, by id. */
  matchedExceptions?: readonly string[];
}

/** Findings that are written at once. */
const WRITES_AT_ONCE = 16;

/**
 * Adds what a run found in one tenant to the ledger.
 *
 * The same run again changes nothing: a recorded one is answered from its record, and one that died is done over, as
 * its writes do not count before its record says `recorded`. Runs of one tenant write one after the other; in which
 * order does not matter to the findings. A failed tenant gets a record and changes no finding.
 *
 * @returns the run's record, with what changed
 * @throws CurfewError `ledger-busy` (retryable) where another run writes until the deadline is near, or this process
 * has passed its own; `store-failed`
 */
export async function recordAudit(table: Table, entry: AuditEntry, patience: Patience): Promise<RunRecord> {
  const { audit, run } = entry;
  const known = await runOf(table, audit.tenant, runKey(run));
  if (known?.state === "recorded") return known;
  const failure = audit.status === "failed" ? await recordFailure(table, entry) : undefined;
  if (failure) return failure;

  const lease = await takeLease(table, audit.tenant, runKey(run), patience);
  const draft = await beginRun(table, entry);
  if (draft.value.state === "recorded") return draft.value;
  const found = await recordFindings(table, entry, { lease, patience, draft: draft.value });
  const recorded = await finishRun(table, found, draft.version, patience);
  await giveLeaseBack(table, lease);
  return recorded;
}

/**
 * Records a run that knows nothing: its record is all there is to write, and nobody has to wait for anybody.
 * Undefined when an earlier attempt of the same run was more successful and died: what it wrote must be undone.
 */
async function recordFailure(table: Table, entry: AuditEntry): Promise<RunRecord | undefined> {
  const { tenant } = entry.audit;
  const key = runKey(entry.run);
  if ((await unfinishedRuns(table, tenant)).has(key)) return undefined;
  const previous = (await earlierRuns(table, tenant, key).next()).value as RunRecord | undefined;
  const record: RunRecord = {
    ...draftOf(entry),
    state: "recorded",
    open: previous?.open ?? {},
    excepted: previous?.excepted ?? 0,
  };
  if (await table.put(runRowKey(tenant, key), record, { ifVersion: 0, expires: runExpires(key) })) return record;
  const known = await runOf(table, tenant, key); // written a moment ago, by this process or another of the same run
  return known?.state === "recorded" ? known : undefined;
}

/** The record of a run before anything of it is written. */
function draftOf({ audit, run, listed, evidence, notes, matchedExceptions = [] }: AuditEntry): RunRecord {
  return {
    run,
    tenant: audit.tenant,
    state: "recording",
    status: audit.status,
    reason: audit.reason,
    detail: audit.detail,
    finishedAt: audit.finishedAt,
    evaluated: audit.checks.filter(({ status }) => status === "pass" || status === "fail").map(({ id }) => id),
    notEvaluated: audit.checks.flatMap((check) =>
      check.status === "not-evaluated" ? [{ id: check.id, reason: check.reason, detail: check.detail }] : [],
    ),
    listed: boundedListings(listed),
    inventory: audit.inventory,
    open: {},
    excepted: 0,
    totals: {},
    marks: {},
    changes: [],
    evidence,
    notes: boundedNotes(notes),
    matchedExceptions: boundedMatches(matchedExceptions),
    announced: false,
  };
}

/** A row holds 400 kB, and most of it is for changes and listings. The evidence has all notes. */
const MOST_NOTES = 20;
const LONGEST_NOTE = 1_000;

function boundedNotes(notes: readonly string[]): string[] {
  const kept = notes.slice(0, MOST_NOTES).map((note) => brief(note, LONGEST_NOTE));
  const rest = notes.length - kept.length;
  return rest > 0 ? [...kept, `There are ${rest.toLocaleString("en")} notes more.`] : kept;
}

/** About 300 exceptions. Bytes; a row holds 400 kB. */
const MOST_MATCHED = 20_000;

/** Whole or not at all: of an exception that is not in a part nobody would know whether it accepts something. */
function boundedMatches(ids: readonly string[]): string[] | null {
  return Buffer.byteLength(ids.join("")) <= MOST_MATCHED ? [...ids] : null;
}

/** Notes that a run has begun, unless another process of the same run is done with it. */
async function beginRun(table: Table, entry: AuditEntry): Promise<{ value: RunRecord; version: number }> {
  const run = runKey(entry.run);
  const key = runRowKey(entry.audit.tenant, run);
  const value = draftOf(entry);
  for (;;) {
    const row = await table.get<RunRecord>(key);
    if (row?.value.state === "recorded") return row;
    const version = row?.version ?? 0;
    if (await table.put(key, value, { ifVersion: version, expires: runExpires(run) })) {
      return { value, version: version + 1 };
    }
  }
}

/**
 * From here on the run counts. Refused when somebody else has taken over meanwhile, unless it was recorded all the
 * same: a write whose answer is lost is refused when the SDK repeats it.
 */
async function finishRun(table: Table, record: RunRecord, version: number, patience: Patience): Promise<RunRecord> {
  const key = runKey(record.run);
  const expires = runExpires(key);
  ensureInTime(record.tenant, patience);
  if (await table.put(runRowKey(record.tenant, key), record, { ifVersion: version, expires })) return record;
  const known = await runOf(table, record.tenant, key);
  if (known?.state === "recorded") return known;
  throw outpaced(record.tenant);
}

interface Writing {
  lease: Lease;
  patience: Patience;
  draft: RunRecord;
}

async function recordFindings(table: Table, { audit }: AuditEntry, writing: Writing): Promise<RunRecord> {
  const { tenant, run } = writing.lease;
  const findings = byId(audit.findings);
  const witness = witnessOf(writing.draft);
  const unexpected = findings.filter((finding) => !isSilenceTelling(witness, finding)).map(({ id }) => id);
  const sightings = await putSightings(table, tenant, run, unexpected);

  const tally = newTally();
  const settling: Settling = {
    ...writing,
    table,
    witness,
    tally,
    newer: await newerWitnesses(table, tenant, run),
    lastSighting: sightingsBefore(table, tenant, run),
  };
  const rows = table.list<FindingRecord>(tenantPartition(tenant), { prefix: PREFIX.finding });
  await someAtOnce(mergeJoin(rows, findings), WRITES_AT_ONCE, (pair) => settleFinding(pair, settling));
  return { ...writing.draft, state: "recorded", ...(sightings > 0 ? { sightings } : {}), ...tally.result() };
}

/** The runs behind this one; there are some only when it comes late. */
const newerWitnesses = async (table: Table, tenant: string, run: RunKey): Promise<NewerRun[]> =>
  Promise.all(
    (await laterRuns(table, tenant, run)).map(async (record) => ({
      witness: witnessOf(record),
      sightings: await sightingsOf(table, record),
    })),
  );

interface Settling extends Writing {
  table: Table;
  witness: Witness;
  tally: Tally;
  newer: readonly NewerRun[];
  lastSighting: LastSighting;
}

/** Brings one finding up to date, and once more when somebody else has written it meanwhile. */
async function settleFinding({ id, row: first, finding }: Pair, settling: Settling): Promise<void> {
  const { table, lease, witness, newer, tally, lastSighting } = settling;
  const { run, tenant } = lease;
  for (let row = first; ; row = await table.get<FindingRecord>(findingKey(tenant, id))) {
    const before = row && countingHistory(row.value, lease.unfinished);
    const saying = sayingOf(witness, before, finding);
    const after = saying === undefined ? before : addToHistory(before, { run, saying, finding, newer });
    if (!(await isStored(row, before, after, id, settling))) continue;
    if (!after) return;
    const comparison = { run, before, after, finding, lastSighting };
    tally.add(standingAt(after.transitions, run), saying === undefined ? undefined : await judgeChange(comparison));
    return;
  }
}

/** Writes a finding where it has changed. False when somebody else has written it meanwhile. */
async function isStored(
  row: Row<FindingRecord> | undefined,
  before: FindingHistory | undefined,
  after: FindingHistory | undefined,
  id: string,
  { table, lease, patience }: Settling,
): Promise<boolean> {
  const { run, tenant, unfinished } = lease;
  if (row && !unfinished.has(row.value.undo.run) && after === before) return true;
  const ifVersion = row?.version ?? 0;
  ensureInTime(tenant, patience);
  if (!after) return table.remove(findingKey(tenant, id), { ifVersion });
  const record: FindingRecord = { ...after, undo: { run, before: before ?? null } };
  if (row && isDeepStrictEqual(row.value, record)) return true; // this run's own earlier attempt wrote it
  return table.put(findingKey(tenant, id), record, { ifVersion });
}

/** Whoever passed the deadline counts as dead: another run may be writing. */
function ensureInTime(tenant: string, { clock, deadline }: Patience): void {
  if (clock.now() >= deadline) throw outpaced(tenant);
}

const outpaced = (tenant: string): CurfewError =>
  new CurfewError(
    "ledger-busy",
    `The ledger of ${tenant} could not be written in time, or another process of the same run writes it; try again.`,
    { retryable: true },
  );
