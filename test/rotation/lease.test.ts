import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { type HeldLease, takeLease } from "../../lib/rotation/lease.ts";
import type { Table } from "../../lib/store/table.ts";
import { memoryTable } from "../support/memory-table.ts";

const busy = { code: "rotation-busy", retryable: true };
const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 23, 6);

/** A table and a clock that is set by hand; each process lives five minutes. */
function open() {
  const table = memoryTable();
  const clock = { time: START, now: () => clock.time };
  const take = (owner: string) =>
    takeLease(table, { tenant: "acme", clientId: "jkl", owner, until: clock.time + 5 * MINUTE }, clock);
  return { table, clock, take };
}

describe("the lease of a credential", () => {
  it("lets nobody else in until it is given back", async () => {
    const { take } = open();
    const lease = await take("version-1");
    await expect(take("version-2")).rejects.toMatchObject(busy);
    await lease.release();
    await expect(take("version-2")).resolves.toBeDefined();
  });

  it("ends when its process is surely dead, by any clock", async () => {
    const { clock, take } = open();
    await take("version-1");
    clock.time = START + 5 * MINUTE + 4_999;
    await expect(take("version-2")).rejects.toMatchObject(busy);
    clock.time += 1;
    await expect(take("version-2")).resolves.toBeDefined();
  });

  it("is another's for each credential", async () => {
    const { table, clock, take } = open();
    await take("version-1");
    const request = { tenant: "acme", clientId: "mno", owner: "version-2", until: START + MINUTE };
    await expect(takeLease(table, request, clock)).resolves.toBeDefined();
  });

  it("is taken over by its owner at once, and then the former process writes nothing any more", async () => {
    const { take } = open();
    const former = await take("version-1");
    const later = await take("version-1");
    await expect(former.write(async () => "written")).rejects.toMatchObject(busy);
    await expect(later.write(async () => "written")).resolves.toBe("written");
  });

  it("keeps others out for as long as a former process of the same owner may live", async () => {
    const { clock, take } = open();
    await take("version-1");
    clock.time = START + MINUTE;
    const later = await take("version-1");
    await later.release();
    await expect(take("version-2")).rejects.toMatchObject(busy);
    await expect(take("version-1").then((lease) => lease.release())).resolves.toBeUndefined();
    await expect(take("version-2")).rejects.toMatchObject(busy);
    clock.time = START + 5 * MINUTE + 5_000;
    await expect(take("version-2")).resolves.toBeDefined();
  });

  it("is free once every process of its owner has given its part back, in whatever order", async () => {
    const { take } = open();
    const former = await take("version-1");
    const later = await take("version-1");
    await later.release();
    await expect(take("version-2")).rejects.toMatchObject(busy);
    await expect(former.write(async () => "written")).rejects.toMatchObject(busy);
    await former.release();
    await expect(take("version-2")).resolves.toBeDefined();
  });

  it("writes nothing when its own time is over", async () => {
    const { clock, take } = open();
    const lease = await take("version-1");
    clock.time = START + 5 * MINUTE;
    await expect(lease.write(async () => "written")).rejects.toMatchObject(busy);
  });

  it("is not given back after a write that was not answered well: its effect may come late", async () => {
    const { take } = open();
    const lease = await take("version-1");
    await expect(lease.write(() => Promise.reject(new Error("no answer")))).rejects.toThrow("no answer");
    await expect(lease.write(async () => "written")).resolves.toBe("written");
    await lease.release();
    await expect(take("version-2")).rejects.toMatchObject(busy);
  });

  it("is lost to nobody when giving it back fails", async () => {
    const { table, take } = open();
    const lease = await take("version-1");
    table.put = () => Promise.reject(new CurfewError("store-failed", "The table failed."));
    await expect(lease.release()).resolves.toBeUndefined();
  });

  it("goes to one of two who come at once", async () => {
    const { take } = open();
    const both = await Promise.allSettled([take("version-1"), take("version-2")]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});

interface Process {
  owner: string;
  until: number;
  /** It may still write: it was not seen to end. */
  mayLive: boolean;
  lease: HeldLease;
}

const owner = fc.constantFrom("version-1", "version-2");
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ take: owner }) },
  { weight: 4, arbitrary: fc.record({ end: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 4 * MINUTE }) }) },
);

describe("who may have a lease", () => {
  it("is everybody, unless a process of another owner has neither ended nor surely died", async () => {
    const check = async (happenings: readonly ({ take: string } | { end: number } | { wait: number })[]) => {
      const { clock, take } = open();
      const processes: Process[] = []; // who is never told to end has died
      for (const one of happenings) {
        if ("wait" in one) clock.time += one.wait;
        else if ("end" in one) {
          const ended = processes.at(-1 - one.end);
          if (ended) ended.mayLive = false;
          await ended?.lease.release();
        } else {
          const lease = await take(one.take).catch(() => undefined);
          const others = processes.filter(({ owner }) => owner !== one.take);
          const isTaken = others.some(({ until, mayLive }) => mayLive && clock.time < until + 5_000);
          expect(lease === undefined).toBe(isTaken);
          if (lease) processes.push({ owner: one.take, until: clock.time + 5 * MINUTE, mayLive: true, lease });
        }
        for (const [place, { lease, mayLive, until }] of processes.entries()) {
          const written = mayLive && (await lease.write(async () => true).catch(() => false));
          expect(written).toBe(mayLive && place === processes.length - 1 && clock.time < until);
        }
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(happening, { maxLength: 12 }), check), { numRuns: 600 });
  });

  it("is never two owners, and in the end nobody's, however their calls meet", async () => {
    const check = async (scheduler: fc.Scheduler) => {
      const { table, clock } = open();
      const turn = () => scheduler.schedule(Promise.resolve());
      const slow: Table = {
        ...table,
        get: async (key) => turn().then(() => table.get(key)),
        put: async (...given) => turn().then(() => table.put(...given)),
      };
      const inside: string[] = [];
      const process = async (owner: string): Promise<void> => {
        const request = { tenant: "acme", clientId: "jkl", owner, until: START + 5 * MINUTE };
        const lease = await takeLease(slow, request, clock).catch(() => undefined);
        if (!lease) return;
        inside.push(owner);
        expect(new Set(inside).size).toBe(1);
        await lease.write(async () => undefined).catch(() => undefined);
        inside.splice(inside.indexOf(owner), 1);
        await lease.release();
      };
      const all = Promise.all(["version-1", "version-1", "version-2", "version-2"].map(process));
      await scheduler.waitFor(all);
      await expect(
        takeLease(table, { tenant: "acme", clientId: "jkl", owner: "version-3", until: 1 }, clock),
      ).resolves.toBeDefined();
    };
    await fc.assert(fc.asyncProperty(fc.scheduler(), check), { numRuns: 300 });
  });
});
