import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordAudit } from "../../../lib/findings/ledger/record-audit.ts";
import { runOf } from "../../../lib/findings/ledger/runs.ts";
import { openSqliteTable } from "../../../lib/local/sqlite-table.ts";
import type { Clock } from "../../../lib/model/clock.ts";
import type { Table } from "../../../lib/store/table.ts";
import { interposed } from "./interposed.ts";
import { ledgerState, runRecords } from "./ledger-state.ts";
import { expectedLedger, type ObservedRun, observedRuns, TENANT } from "./observed-runs.ts";

class Died extends Error {}

/** A process that dies at its nth call of the table, before or after that has had its effect: it calls nothing more. */
function dying(table: Table, at: number, moment: "before" | "after"): Table {
  let calls = 0;
  const isDead = () => calls > at || (calls === at && moment === "before");
  return interposed(table, {
    before: async () => {
      calls += 1;
      if (isDead()) throw new Died();
    },
    after: async () => {
      if (calls >= at) throw new Died();
    },
  });
}

const LIFETIME = 60_000;
/** When a lease has run out for certain: clocks may differ. */
const SURELY_DEAD = LIFETIME + 5_000;

/** A clock that a test sets. */
function setClock(): Clock & { pass(milliseconds: number): void } {
  let now = 0;
  return {
    now: () => now,
    sleep: () => Promise.reject(new Error("nobody should wait")),
    pass: (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** Some histories to die in: the last run comes in time in one half of them, and late in the other. */
const histories = fc.sample(observedRuns(5), { numRuns: 24, seed: 7 }).filter((runs) => runs.length > 1);

interface Death {
  at: number;
  moment: "before" | "after";
}

/** Dies at each call in turn until a run gets through alive; gives the number of deaths. */
async function dieEverywhere(work: (death: Death) => Promise<"died" | "lived">): Promise<number> {
  let deaths = 0;
  for (const moment of ["before", "after"] as const) {
    for (let at = 1; (await work({ at, moment })) === "died"; at += 1) deaths += 1;
  }
  return deaths;
}

const attempt = async (
  table: Table,
  run: ObservedRun,
  { at, moment }: Death,
  clock: Clock,
): Promise<"died" | "lived"> => {
  try {
    await recordAudit(dying(table, at, moment), run, { clock, deadline: clock.now() + LIFETIME });
    return "lived";
  } catch (error) {
    if (error instanceof Died) return "died";
    throw error;
  }
};

const record = (table: Table, run: ObservedRun, clock: Clock) =>
  recordAudit(table, run, { clock, deadline: clock.now() + LIFETIME });

describe("a run that dies at any call", () => {
  it("leaves the same ledger and the same record once it is done over", async () => {
    let deaths = 0;
    for (const runs of histories) {
      const last = runs.at(-1) as ObservedRun;
      const clock = setClock();
      using undisturbed = openSqliteTable(":memory:");
      for (const run of runs) await record(undisturbed, run, clock);
      const expected = [await ledgerState(undisturbed, TENANT), await runRecords(undisturbed, TENANT)];

      deaths += await dieEverywhere(async (death) => {
        using table = openSqliteTable(":memory:");
        for (const run of runs.slice(0, -1)) await record(table, run, clock);
        const outcome = await attempt(table, last, death, clock);
        const told = await record(table, last, clock); // at once: nobody has to wait for oneself

        expect([await ledgerState(table, TENANT), await runRecords(table, TENANT)]).toEqual(expected);
        expect(expected[1]).toContainEqual(told);
        return outcome;
      });
    }
    console.info(`crash matrix, retried: ${deaths} deaths in ${histories.length} histories, each as if undisturbed`);
  });

  it("is as if it had not been when nobody does it over, and its place is kept when somebody does later", async () => {
    let deaths = 0;
    for (const runs of histories) {
      const [dead, ...others] = runs.toReversed() as [ObservedRun, ObservedRun, ...ObservedRun[]];
      const next = others.pop() as ObservedRun;

      deaths += await dieEverywhere(async (death) => {
        const clock = setClock();
        using table = openSqliteTable(":memory:");
        for (const run of others) await record(table, run, clock);
        const outcome = await attempt(table, dead, death, clock);
        const isRecorded = (await runRecords(table, TENANT)).some(
          (each) =>
            each.state === "recorded" && each.run.id === dead.run.id && each.run.startedAt === dead.run.startedAt,
        );
        const counting = isRecorded ? [...others, dead] : others;
        expect(await ledgerState(table, TENANT)).toEqual(expectedLedger(counting));

        clock.pass(SURELY_DEAD);
        await record(table, next, clock);
        expect(await ledgerState(table, TENANT)).toEqual(expectedLedger([...counting, next]));

        await record(table, dead, clock);
        expect(await ledgerState(table, TENANT)).toEqual(expectedLedger(runs));
        return outcome;
      });
    }
    console.info(`crash matrix, overtaken: ${deaths} deaths in ${histories.length} histories, none counted by half`);
  });

  it("ends in the same ledger however often it dies", async () => {
    const deaths = fc.array(
      fc.record({ at: fc.integer({ min: 1, max: 40 }), moment: fc.constantFrom("before" as const, "after" as const) }),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(
        observedRuns(4).chain((runs) => fc.tuple(fc.constant(runs), fc.tuple(...runs.map(() => deaths)))),
        async ([runs, all]) => {
          const clock = setClock();
          using table = openSqliteTable(":memory:");
          for (const [index, run] of runs.entries()) {
            for (const death of all[index] ?? []) await attempt(table, run, death, clock);
            clock.pass(SURELY_DEAD); // whoever comes next finds a lease that has run out
          }
          for (const run of runs) await record(table, run, clock);

          expect(await ledgerState(table, TENANT)).toEqual(expectedLedger(runs));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("is undone when the same run fails on its second attempt", async () => {
    let deaths = 0;
    for (const runs of histories) {
      const last = runs.at(-1) as ObservedRun;
      const failed = failing(last);
      const clock = setClock();
      deaths += await dieEverywhere(async (death) => {
        using table = openSqliteTable(":memory:");
        for (const run of runs.slice(0, -1)) await record(table, run, clock);
        const outcome = await attempt(table, last, death, clock);
        const told = await record(table, failed, clock);

        const counting = told.status === "failed" ? runs.slice(0, -1) : runs;
        expect(told.state).toBe("recorded");
        expect(await ledgerState(table, TENANT)).toEqual(expectedLedger(counting));
        return outcome;
      });
    }
    console.info(`crash matrix, failed on retry: ${deaths} deaths in ${histories.length} histories, all undone`);
  });

  it("is undone although whoever was about to undo it dies, too, and the same run fails then", async () => {
    let deaths = 0;
    for (const runs of histories) {
      const [dead, next, ...others] = runs.toReversed() as [ObservedRun, ObservedRun, ...ObservedRun[]];
      deaths += await dieEverywhere(async (death) => {
        const clock = setClock();
        using table = openSqliteTable(":memory:");
        for (const run of others) await record(table, run, clock);
        await attempt(table, dead, { at: 16, moment: "after" }, clock);
        clock.pass(SURELY_DEAD);
        const outcome = await attempt(table, next, death, clock);
        clock.pass(SURELY_DEAD);
        await record(table, failing(dead), clock);
        await record(table, next, clock);

        const known = await runOf(table, TENANT, dead.key); // it may have got through alive at first
        const counting = known?.status === "failed" ? [...others, next] : runs;
        expect(await ledgerState(table, TENANT)).toEqual(expectedLedger(counting));
        return outcome;
      });
    }
    console.info(
      `crash matrix, failed after two deaths: ${deaths} deaths in ${histories.length} histories, all undone`,
    );
  });
});

/** The same run, when nobody answers. */
const failing = (run: ObservedRun): ObservedRun => ({
  ...run,
  audit: {
    ...run.audit,
    ...{ status: "failed", reason: "unreachable", detail: "Nobody answered." },
    ...{ inventory: {}, checks: [], findings: [] },
  },
  listed: new Map(),
});

describe("a write whose answer is lost", () => {
  it("is repeated by the SDK, refused, and counts all the same", async () => {
    let writes = 0;
    await fc.assert(
      fc.asyncProperty(observedRuns(5), fc.infiniteStream(fc.boolean()), async (runs, dice) => {
        const clock = setClock();
        using store = openSqliteTable(":memory:");
        const twice = async (write: () => Promise<boolean>): Promise<boolean> => {
          if (!dice.next().value) return write();
          writes += 1;
          await write();
          return write();
        };
        const table: Table = {
          ...store,
          put: (key, value, options) => twice(() => store.put(key, value, options)),
          remove: (key, options) => twice(() => store.remove(key, options)),
        };
        for (const run of runs) await record(table, run, clock);

        expect(await ledgerState(store, TENANT)).toEqual(expectedLedger(runs));
        expect((await runRecords(store, TENANT)).map(({ state }) => state)).toEqual(runs.map(() => "recorded"));
      }),
      { numRuns: 200 },
    );
    console.info(`answers lost: ${writes} repeated writes, none counted twice or not at all`);
  });
});
