import type { Instant } from "../history/history.ts";
import type { Clock } from "../model/clock.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { type Key, type Row, type Table, tenantPartition } from "../store/table.ts";

/** `LEASE#<clientId>` of a tenant: who works on the client's credential. */
interface Lease {
  /** Null when nobody does. */
  owner: string | null;
  /** When the owner's process is dead at the latest. */
  until: Instant;
  /** The same of the processes of the same owner before it that may still live; they were not seen to end. */
  formerUntil: Instant;
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
   * Gives the right back, unless a write was not answered well: it may still have its effect, so everybody but the
   * owner waits until the lease ends by itself.
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
 * A process that did not give its lease back may still be writing, so others wait until it is surely dead. That holds
 * also when a process of the same owner took over and ended meanwhile: a request that comes late must not meet the
 * next rotation.
 *
 * @throws CurfewError `rotation-busy`, retryable, while somebody else has it
 */
export async function takeLease(table: Table, request: LeaseRequest, clock: Pick<Clock, "now">): Promise<HeldLease> {
  const { tenant, clientId, owner, until } = request;
  const key = leaseKey(tenant, clientId);
  const row = await table.get<Lease>(key);
  const now = clock.now();
  if (!isFree(row, owner, now)) throw busy(clientId);
  const formerUntil = row?.value.owner === owner ? Math.max(row.value.until, row.value.formerUntil) : 0;
  const version = row?.version ?? 0;
  const lease: Lease = { owner, until, formerUntil };
  if (!(await table.put(key, lease, { ifVersion: version }))) throw busy(clientId);
  return heldLease(table, key, { ...request, formerUntil, version: version + 1 }, clock);
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

function isFree(row: Row<Lease> | undefined, owner: string, now: Instant): boolean {
  if (!row || row.value.owner === null || row.value.owner === owner) return true;
  return endOf(row.value) <= now;
}

/** When everybody who may still work under it is surely dead. */
const endOf = ({ until, formerUntil }: Lease): Instant => Math.max(until, formerUntil) + SKEW;

interface Taken extends LeaseRequest {
  formerUntil: Instant;
  /** The row's version as this process wrote it: whoever takes over writes another one. */
  version: number;
}

function heldLease(table: Table, key: Key, taken: Taken, clock: Pick<Clock, "now">): HeldLease {
  let unanswered = 0;
  return {
    async write(call) {
      const row = await table.get<Lease>(key);
      if (row?.version !== taken.version || clock.now() >= taken.until) throw busy(taken.clientId);
      unanswered += 1;
      const answer = await call();
      unanswered -= 1;
      return answer;
    },
    async release() {
      if (unanswered === 0) await giveBack(table, key, taken, clock.now());
    },
  };
}

/** What was done is done, so nothing depends on it: where it fails the lease ends by itself, and its owner goes on at once. */
async function giveBack(table: Table, key: Key, { owner, formerUntil, version }: Taken, now: Instant): Promise<void> {
  const others: Lease = { owner, until: formerUntil, formerUntil: 0 };
  const nobody: Lease = { owner: null, until: 0, formerUntil: 0 };
  try {
    await table.put(key, formerUntil + SKEW > now ? others : nobody, { ifVersion: version });
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
