import type { Range, Row, Table } from "../../lib/store/table.ts";

/** Work that stands still before each access to the table, until it may do that one. */
interface Process {
  /** Lets it do the next access, and waits until it stands before the one after that. */
  step(): Promise<void>;
  isDone(): boolean;
}

/** Something that is done with a table. */
export type Work = (table: Table) => Promise<unknown>;

/**
 * Does two pieces of work with one table: the first one for some accesses, then the other one for some, then each to its
 * end, the first one first.
 *
 * @param accesses after how many of its accesses each of the two is interrupted
 * @returns how many accesses the longer one needed
 */
export async function interleaved(
  table: Table,
  work: readonly [Work, Work],
  accesses: readonly [number, number],
): Promise<number> {
  const first = await begun(table, work[0]);
  let needed = await run(first, accesses[0]);
  const other = await begun(table, work[1]);
  let otherNeeded = await run(other, accesses[1]);
  needed += await run(first, Number.POSITIVE_INFINITY);
  otherNeeded += await run(other, Number.POSITIVE_INFINITY);
  return Math.max(needed, otherNeeded);
}

async function run(process: Process, most: number): Promise<number> {
  let steps = 0;
  for (; steps < most && !process.isDone(); steps += 1) await process.step();
  return steps;
}

async function begun(table: Table, work: Work): Promise<Process> {
  let isDone = false;
  let failure: unknown;
  let go = (): void => undefined;
  let stands = (): void => undefined;
  const untilItStands = (): Promise<void> => new Promise((resolve) => (stands = resolve));
  const access = async <T>(call: () => Promise<T>): Promise<T> => {
    const may = new Promise<void>((resolve) => (go = resolve));
    stands();
    await may;
    return call();
  };
  const first = untilItStands();
  work(stepping(table, access))
    .catch((error: unknown) => (failure = error))
    .finally(() => {
      isDone = true;
      stands();
    });
  await first;
  return {
    isDone: () => isDone,
    step: async () => {
      const next = untilItStands();
      go();
      await next;
      if (failure !== undefined) throw failure;
    },
  };
}

const stepping = (table: Table, access: <T>(call: () => Promise<T>) => Promise<T>): Table => ({
  get: (key) => access(() => table.get(key)),
  put: (key, value, options) => access(() => table.put(key, value, options)),
  remove: (key, options) => access(() => table.remove(key, options)),
  async *list<T>(partition: string, range: Range): AsyncGenerator<Row<T>> {
    await access(async () => undefined);
    yield* table.list<T>(partition, range);
  },
});
