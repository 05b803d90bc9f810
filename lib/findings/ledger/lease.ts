import type { Clock } from "../../model/clock.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Row, Table } from "../../store/table.ts";
import { headKey, runRowKey } from "./keys.ts";
import type { RunKey, RunRecord } from "./run-record.ts";
import { runOf } from "./runs.ts";

/** `LEDGER` of a tenant: who is writing, and who did not finish. It never expires. */
interface Head {
  /** The run that writes; null when none does. */
  owner: RunKey | null;
  /** When the owner's process is dead at the latest: milliseconds since the Unix epoch. */
  until: number;
  /** Runs that began to write, the owner included. What they wrote counts only when their records say `recorded`. */
  unfinished: readonly RunKey[];
}

/** The right to write one tenant's ledger. */
export interface Lease {
  tenant: string;
  run: RunKey;
  /** Runs whose writes do not count, the owner's own earlier attempt included. */
  unfinished: ReadonlySet<RunKey>;
}

/** Until when, and by which clock. */
export interface Patience {
  clock: Clock;
  /** When this process is dead at the latest, whatever happens: milliseconds since the Unix epoch. */
  deadline: number;
}

/** How often somebody looks whether the lease is free. Milliseconds. */
const POLL = 1_000;

/** By how much the clocks of two machines may differ: nobody counts as dead before that, too. Milliseconds. */
const SKEW = 5_000;

/** Who still waits this long before the deadline would not get done any more. Milliseconds. */
const RESERVE = 10_000;

/**
 * Takes the right to write, and waits for it. The same run takes its own lease over at once: its former process is
 * dead, or does the same.
 *
 * @throws CurfewError `ledger-busy`, retryable, when another run holds it until the deadline is near
 */
export async function takeLease(
  table: Table,
  tenant: string,
  run: RunKey,
  { clock, deadline }: Patience,
): Promise<Lease> {
  for (;;) {
    const row = await table.get<Head>(headKey(tenant));
    const unfinished = await unfinishedOf(table, tenant, row);
    if (isFree(row, unfinished, run, clock.now())) {
      if (!(await fence(table, tenant, unfinished, run))) continue;
      const head: Head = { owner: run, until: deadline, unfinished: [...new Set([...unfinished, run])].sort() };
      if (await table.put(headKey(tenant), head, { ifVersion: row?.version ?? 0 })) {
        return { tenant, run, unfinished: new Set(head.unfinished) };
      }
      continue; // somebody was quicker; look again at once
    }
    if (clock.now() + POLL > deadline - RESERVE) throw busy(tenant);
    await clock.sleep(POLL);
  }
}

/** Free where nobody holds it, its owner is dead, or its owner has recorded everything and only died on leaving. */
function isFree(row: Row<Head> | undefined, unfinished: readonly RunKey[], run: RunKey, now: number): boolean {
  if (!row) return true;
  const { owner, until } = row.value;
  return owner === null || owner === run || until + SKEW <= now || !unfinished.includes(owner);
}

/**
 * Takes their drafts from the runs that did not finish: should one of them live on against all expectation, it cannot
 * say any more that it is recorded.
 *
 * @returns false when one of them has just done so
 */
async function fence(table: Table, tenant: string, unfinished: readonly RunKey[], own: RunKey): Promise<boolean> {
  for (const run of unfinished) {
    if (run === own) continue;
    const row = await table.get<RunRecord>(runRowKey(tenant, run));
    if (row?.value.state === "recorded") return false;
    if (row && !(await table.remove(row.key, { ifVersion: row.version }))) return false;
  }
  return true;
}

/**
 * Gives the right back once the run is recorded. All that did not count was undone on the way, so nobody is
 * unfinished any more. Where another process of the same run has taken over, that one does it.
 */
export async function giveLeaseBack(table: Table, { tenant, run }: Lease): Promise<void> {
  const row = await table.get<Head>(headKey(tenant));
  if (row?.value.owner !== run) return;
  await table.put(headKey(tenant), { owner: null, until: 0, unfinished: [] } satisfies Head, {
    ifVersion: row.version,
  });
}

/** The runs of a tenant whose writes do not count, for those who only read. */
export const unfinishedRuns = async (table: Table, tenant: string): Promise<ReadonlySet<RunKey>> =>
  new Set(await unfinishedOf(table, tenant, await table.get<Head>(headKey(tenant))));

async function unfinishedOf(table: Table, tenant: string, row: Row<Head> | undefined): Promise<RunKey[]> {
  const unfinished: RunKey[] = [];
  for (const run of row?.value.unfinished ?? []) {
    if ((await runOf(table, tenant, run))?.state !== "recorded") unfinished.push(run);
  }
  return unfinished;
}

const busy = (tenant: string): CurfewError =>
  new CurfewError(
    "ledger-busy",
    `The ledger of ${tenant} is being written by another run, and there is no time left to wait for it; try again later.`,
    { retryable: true },
  );
