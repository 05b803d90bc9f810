import type { Instant } from "../history/history.ts";
import { type Stored, updateRow } from "../history/update-row.ts";
import type { Clock } from "../model/clock.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { type Key, type Row, type Table, tenantPartition } from "../store/table.ts";

/** `LEASE#<clientId>` of a tenant: who works on the client's credential. */
interface Lease {
  owner: string;
  /** Which of the owner's processes may write: the one that came last. */
  writer: number;
  /** Those of them that were not seen to end. */
  processes: readonly Process[];
}

interface Process {
  /** The row's version as the process wrote it when it came: no other one has that. */
  id: number;
  /** When it is dead at the latest. */
  until: Instant;
}

/** The right to work on one credential. */
export interface HeldLease {
  /**
   * Does one write outside of the table, if the lease is still held.
   *
   * @throws CurfewError `rotation-busy` when the lease is over or somebody else's, with nothing written; else what
   * `call` rejects with
   */
  write<T>(call: () => Promise<T>): Promise<T>;
  /**
   * Gives this process's part back, also where another of its owner has taken over; but not after a write that was not
   * answered well: that may still have its effect, so everybody but the owner waits until this process is dead.
   */
  release(): Promise<void>;
}

/** Who wants to work on what, and until when at the latest. */
export interface LeaseRequest {
  tenant: string;
  clientId: string;
  /**
   * What is worked on: the version of a rotation and of its aftercare, the id of an incident. Another process of the
   * same owner takes over at once: the former one is dead, or does the same, and everything it does may be repeated.
   */
  owner: string;
  /** When this process is dead at the latest, whatever happens. */
  until: Instant;
}

/** By how much the clocks of two machines may differ: nobody counts as dead before that, too. Milliseconds. */
const SKEW = 5_000;

/**
 * Takes the right to work on one credential; schedule, person and incident never do so at the same time.
 *
 * Who comes from the same owner takes over. Others wait until each process of the owner has given its part back or is
 * surely dead: it may still be writing, and a request that comes late must not meet the next rotation.
 *
 * @throws CurfewError `rotation-busy`, retryable, while somebody else has it
 */
export async function takeLease(table: Table, request: LeaseRequest, clock: Pick<Clock, "now">): Promise<HeldLease> {
  const { tenant, clientId, owner, until } = request;
  const key = leaseKey(tenant, clientId);
  const row = await table.get<Lease>(key);
  const now = clock.now();
  if (!isFree(row, owner, now)) throw busy(clientId);
  const version = row?.version ?? 0;
  const own: Process = { id: version + 1, until };
  const others = row?.value.owner === owner ? row.value.processes.filter(mayLive(now)) : [];
  const lease: Lease = { owner, writer: own.id, processes: [...others, own] };
  if (!(await table.put(key, lease, { ifVersion: version }))) throw busy(clientId);
  return heldLease(table, key, { clientId, own, row: { value: lease, version: own.id } }, clock);
}

/**
 * Until when somebody else has the right to work on a credential, at the latest.
 *
 * @returns milliseconds since the epoch; undefined when `owner` may take it now
 */
export async function takenUntil(
  table: Pick<Table, "get">,
  { tenant, clientId, owner }: Omit<LeaseRequest, "until">,
  now: Instant,
): Promise<Instant | undefined> {
  const row = await table.get<Lease>(leaseKey(tenant, clientId));
  return row && !isFree(row, owner, now) ? endOf(row.value) : undefined;
}

const leaseKey = (tenant: string, clientId: string): Key => ({
  partition: tenantPartition(tenant),
  sort: `LEASE#${clientId}`,
});

const isFree = (row: Row<Lease> | undefined, owner: string, now: Instant): boolean =>
  row === undefined || row.value.owner === owner || !row.value.processes.some(mayLive(now));

const mayLive =
  (now: Instant) =>
  ({ until }: Process): boolean =>
    until + SKEW > now;

/** When everybody who may still work under it is surely dead. */
const endOf = ({ processes }: Lease): Instant => Math.max(...processes.map(({ until }) => until)) + SKEW;

interface Taken {
  clientId: string;
  own: Process;
  /** As this process left it. */
  row: Stored<Lease>;
}

function heldLease(table: Table, key: Key, taken: Taken, clock: Pick<Clock, "now">): HeldLease {
  let unanswered = 0;
  return {
    async write(call) {
      const row = await table.get<Lease>(key);
      if (row?.value.writer !== taken.own.id || clock.now() >= taken.own.until) throw busy(taken.clientId);
      unanswered += 1;
      const answer = await call();
      unanswered -= 1;
      return answer;
    },
    async release() {
      if (unanswered === 0) await giveBack(table, key, taken);
    },
  };
}

/** What was done is done, so nothing depends on it: where it fails the part ends by itself, and its owner goes on at once. */
async function giveBack(table: Table, key: Key, { own, row }: Taken): Promise<void> {
  const without = ({ processes, ...lease }: Lease): Lease => ({
    ...lease,
    processes: processes.filter(({ id }) => id !== own.id),
  });
  try {
    await updateRow<Lease>(table, key, row, (lease = row.value) => without(lease));
  } catch (error) {
    if (!(error instanceof CurfewError)) throw error;
  }
}

const busy = (clientId: string): CurfewError =>
  new CurfewError(
    "rotation-busy",
    `Somebody else is working on the credential of ${clientId}, or died over it a moment ago; try again in a few minutes.`,
    { retryable: true },
  );
