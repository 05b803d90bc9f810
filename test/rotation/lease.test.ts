import { describe, expect, it } from "vitest";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { takeLease } from "../../lib/rotation/lease.ts";
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
