import type { Clock } from "../model/clock.ts";
import type { Row, Table } from "../store/table.ts";
import type { EndedRun } from "./announce-parts.ts";
import { noteRest, type PendingRun, pending, pendingKey, pendingRuns, readReport } from "./pending-runs.ts";
import type { RunWatch } from "./ports.ts";

/** Longer than a Lambda may live (15 minutes): whoever holds something that long has died. Milliseconds. */
export const LONGEST_PASS = 20 * 60_000;

/** What holding takes. */
interface HoldParts {
  table: Table;
  clock: Clock;
  runs?: RunWatch;
}

/** Takes the run that has just ended; undefined where another pass of it is quicker. */
export async function holdOwn(
  { run, tenants }: EndedRun,
  { table, clock }: HoldParts,
): Promise<Row<PendingRun> | undefined> {
  const key = pendingKey(run);
  await table.put(key, pending(run, tenants, clock.now()), { ifVersion: 0 });
  const row = await table.get<PendingRun>(key);
  return row && (row.value.isTold ? row : take(row, row.value, table, clock));
}

/**
 * Takes what nobody holds any more of other runs, and what waits for a digest only, which has a claim of its own. Of a
 * run that has ended and whose functions may go on, it takes what is recorded and leaves the rest to a later pass.
 */
export async function holdOthers({ run }: EndedRun, parts: HoldParts): Promise<Row<PendingRun>[]> {
  const { table, clock } = parts;
  const own = pendingKey(run).sort;
  const rows = (await pendingRuns(table)).filter(({ key }) => key.sort !== own);
  // All at once: where Step Functions is slow, each question may take half a minute.
  const ends = await Promise.all(rows.map(({ value }) => (value.isTold ? undefined : endOf(value, parts))));
  const held: Row<PendingRun>[] = [];
  for (const [index, row] of rows.entries()) {
    const end = ends[index];
    const taken = end ? await takeOver(row, end, table, clock) : row;
    if (taken) held.push(taken);
  }
  return held;
}

/** What is known of the end of a run. */
interface End {
  /** True where it has ended, well or not, although it would still be its own. */
  hasEnded: boolean;
  /** When it is nobody's any more, and nothing can come: milliseconds since the epoch. */
  freeAt: number;
}

/**
 * Until when somebody else is to tell of a run: another pass, or the run itself. A pass holds a run for a short time
 * only, so whoever holds it for longer is the run, and that may have been stopped: then its functions, which go on, are
 * given the time to end.
 */
async function endOf({ run, heldUntil }: PendingRun, { clock, runs }: HoldParts): Promise<End> {
  const freeAt = Date.parse(heldUntil);
  if (freeAt - clock.now() <= LONGEST_PASS || !runs) return { hasEnded: false, freeAt };
  const endedAt = await runs.endedAt(run);
  return endedAt === undefined ? { hasEnded: false, freeAt } : { hasEnded: true, freeAt: endedAt + LONGEST_PASS };
}

async function takeOver(
  row: Row<PendingRun>,
  { hasEnded, freeAt }: End,
  table: Table,
  clock: Clock,
): Promise<Row<PendingRun> | undefined> {
  const isOver = freeAt <= clock.now();
  if (!isOver && !hasEnded) return undefined;
  if (isOver && !row.value.areMissingTold) return take(row, row.value, table, clock);
  return takeRecorded(row, isOver ? undefined : freeAt, table, clock);
}

/**
 * Takes the tenants that have a record.
 *
 * @param restFreeAt when the others' time is over, in milliseconds since the epoch; undefined when it is over now
 */
async function takeRecorded(
  row: Row<PendingRun>,
  restFreeAt: number | undefined,
  table: Table,
  clock: Clock,
): Promise<Row<PendingRun> | undefined> {
  const { records, missing } = await readReport(row.value, table);
  const tenants = records.map(({ tenant }) => tenant);
  if (restFreeAt === undefined) {
    if (tenants.length === 0) await table.remove(row.key, { ifVersion: row.version });
  } else if (missing.length > 0 && tenants.length > 0) {
    // Before they are taken out of the row: whoever dies in between leaves them in both, and not in none.
    await noteRest({ run: row.value.run, tenants: missing, freeAt: restFreeAt, areMissingTold: false }, table);
  }
  if (tenants.length === 0) return undefined;
  return take(row, { ...row.value, tenants, areMissingTold: false }, table, clock);
}

/** Holds a row; undefined where somebody else has changed it meanwhile. */
async function take(
  { key, version }: Row<PendingRun>,
  wanted: PendingRun,
  table: Table,
  clock: Clock,
): Promise<Row<PendingRun> | undefined> {
  const value = { ...wanted, heldUntil: new Date(clock.now() + LONGEST_PASS).toISOString() };
  return (await table.put(key, value, { ifVersion: version })) ? { key, value, version: version + 1 } : undefined;
}
