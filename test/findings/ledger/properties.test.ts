import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamodbTable } from "../../../lib/aws/dynamodb-table.ts";
import { recordAudit } from "../../../lib/findings/ledger/record-audit.ts";
import { openSqliteTable } from "../../../lib/local/sqlite-table.ts";
import type { Clock } from "../../../lib/model/clock.ts";
import type { Table } from "../../../lib/store/table.ts";
import { type Dynalite, startDynalite } from "../../support/dynalite.ts";
import { interposed } from "./interposed.ts";
import { ledgerState, runRecords } from "./ledger-state.ts";
import { expectedLedger, type ObservedRun, observation, observedRuns, subjectsOf, TENANT } from "./observed-runs.ts";

/** Nothing waits in these tests unless it says so. */
const still: Clock = { now: () => 0, sleep: () => Promise.reject(new Error("nobody should wait")) };
const patience = { clock: still, deadline: 60_000 };

/** Runs, and any order in which they may reach the ledger, some of them more than once. */
const shuffledRuns = observedRuns(10).chain((runs) =>
  fc.record({
    runs: fc.constant(runs),
    arrivals: fc
      .tuple(
        fc.shuffledSubarray(runs, { minLength: runs.length }),
        fc.array(fc.constantFrom(...runs), { maxLength: 3 }),
      )
      .map(([once, again]) => [...once, ...again]),
  }),
);

async function recordAll(table: Table, runs: readonly ObservedRun[], tenant = TENANT): Promise<void> {
  for (const run of runs) await recordAudit(table, { ...run, audit: { ...run.audit, tenant } }, patience);
}

describe("the ledger", () => {
  it("says what all observations say, in whatever order and however often runs arrive", async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(shuffledRuns, async ({ runs, arrivals }) => {
        using table = openSqliteTable(":memory:");
        await recordAll(table, arrivals);

        expect(await ledgerState(table, TENANT)).toEqual(expectedLedger(runs));
        count += arrivals.length;
      }),
      { numRuns: 150 },
    );
    console.info(`ledger in any order: ${count} runs recorded as the plain fold has them`);
  });

  it("resolves nothing by a run that did not evaluate it and did not see its resource gone", async () => {
    let resolved = 0;
    await fc.assert(
      fc.asyncProperty(shuffledRuns, async ({ runs, arrivals }) => {
        using table = openSqliteTable(":memory:");
        await recordAll(table, arrivals);

        const subjects = new Map(subjectsOf(runs).map((subject) => [subject.id, subject]));
        for (const { id, transitions } of await ledgerState(table, TENANT)) {
          for (const { run: key } of transitions.filter(({ state }) => state === "resolved")) {
            const run = runs.find((each) => each.key === key);
            const subject = subjects.get(id);
            expect(run && subject && observation(run, subject)).toBe("absent");
            resolved += 1;
          }
        }
      }),
      { numRuns: 100 },
    );
    console.info(`ledger: ${resolved} resolutions, each by a run that could tell`);
  });

  it("is the same with two runs at once as with one after the other", async () => {
    let pairs = 0;
    await fc.assert(
      fc.asyncProperty(observedRuns(6), fc.scheduler(), async (runs, scheduler) => {
        using store = openSqliteTable(":memory:");
        const table = interposed(store, { before: () => scheduler.schedule(Promise.resolve()) });
        const clock: Clock = { now: () => 0, sleep: () => scheduler.schedule(Promise.resolve()) };
        const all = Promise.all(runs.map((run) => recordAudit(table, run, { clock, deadline: 60_000 })));
        await scheduler.waitFor(all);

        expect(await ledgerState(store, TENANT)).toEqual(expectedLedger(runs));
        pairs += runs.length;
      }),
      { numRuns: 150 },
    );
    console.info(`ledger: ${pairs} runs recorded side by side, any call before any other`);
  });

  it("survives two processes of the same run at once", async () => {
    await fc.assert(
      fc.asyncProperty(observedRuns(3), fc.scheduler(), async (runs, scheduler) => {
        using store = openSqliteTable(":memory:");
        const table = interposed(store, { before: () => scheduler.schedule(Promise.resolve()) });
        const clock: Clock = { now: () => 0, sleep: () => scheduler.schedule(Promise.resolve()) };
        const attempt = (run: ObservedRun) =>
          recordAudit(table, run, { clock, deadline: 60_000 }).catch(() => undefined);
        await scheduler.waitFor(Promise.all(runs.flatMap((run) => [attempt(run), attempt(run)])));
        await recordAll(store, runs); // a retry by whoever was outpaced

        expect(await ledgerState(store, TENANT)).toEqual(expectedLedger(runs));
        expect((await runRecords(store, TENANT)).map(({ state }) => state)).toEqual(runs.map(() => "recorded"));
      }),
      { numRuns: 150 },
    );
  });
});

describe("both stores", () => {
  let dynalite: Dynalite;
  beforeAll(async () => {
    dynalite = await startDynalite();
    await dynalite.createTable("ledger");
  });
  afterAll(() => dynalite[Symbol.asyncDispose]());

  it("hold the same ledger and the same records of runs", async () => {
    const dynamodb = dynamodbTable("ledger", { attempts: 3 });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(shuffledRuns, async ({ runs, arrivals }) => {
        using sqlite = openSqliteTable(":memory:");
        const tenant = `acme-${randomUUID()}`;
        await recordAll(sqlite, arrivals, tenant);
        await recordAll(dynamodb, arrivals, tenant);

        expect(await ledgerState(dynamodb, tenant)).toEqual(await ledgerState(sqlite, tenant));
        expect(await runRecords(dynamodb, tenant)).toEqual(await runRecords(sqlite, tenant));
        count += runs.length;
      }),
      { numRuns: 12 },
    );
    console.info(`both stores agree on ${count} runs`);
  });
});
