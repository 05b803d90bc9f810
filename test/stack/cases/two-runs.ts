import { expect, it } from "vitest";
import type { RunRef } from "../../../lib/findings/ledger/run-record.ts";
import { SMALL } from "../support/cast.ts";
import { confirmOwners, type Stack } from "../support/start-stack.ts";
import { EMPTY, type Snapshot } from "../support/stored.ts";
import { markOf, subjectsSince } from "../support/told.ts";
import type { Witness } from "../support/witness.ts";

/** Two tenants and two runs: four functions at once, so that both runs are at each tenant at the same time. */
const INPUT = { tenants: [SMALL, "bank"] };

/** Two runs over the same tenants. */
export function twoRuns(stack: Stack, witness: Witness): void {
  const { stored } = stack;
  const { cloud } = stack.deployment;

  /** What is left when both runs have ended. */
  async function after(runs: () => Promise<{ status: string }[]>) {
    await stored.restore(EMPTY);
    const mark = markOf(cloud);
    const ended = await runs();
    const snapshot = await stored.snapshot();
    witness.look(snapshot);
    return {
      ended: ended.map(({ status }) => status),
      findings: findingsIn(snapshot),
      untold: snapshot.rows.filter(({ pk, value }) => pk === "PENDING" && !value.isTold),
      subjects: subjectsSince(cloud, mark),
    };
  }

  it("leave the same ledger and tell the same side by side as one after the other", async () => {
    await confirmOwners(stack);
    const inTurn = await after(async () => [await stack.run(INPUT), await stack.run(INPUT)]);

    expect(inTurn.ended).toEqual(["SUCCEEDED", "SUCCEEDED"]);
    expect(inTurn.findings.size).toBeGreaterThan(15);
    expect(inTurn.subjects.length).toBeGreaterThan(2);
    // Which of the two is quicker is left to chance, so they run more than once.
    for (let round = 1; round <= 2; round++) {
      const atOnce = await after(() => Promise.all([stack.run(INPUT), stack.run(INPUT)]));
      expect(atOnce, `round ${round}`).toEqual(inTurn);
    }
  });

  it("leave the same and tell the same when the later one is quicker with every tenant", async () => {
    const [first, second] = [1, 2].map((second) => ({
      id: `overtaken-${second}`,
      // Both in the past: what was asked before a run began says nothing to it.
      startedAt: new Date(Date.now() - 10_000 + second * 1_000).toISOString(),
    })) as [RunRef, RunRef];
    await confirmOwners(stack);
    const inTurn = await after(() => stepByStep([first, second]));
    const overtaken = await after(() => stepByStep([second, first]));

    expect(inTurn.subjects.length).toBeGreaterThan(1);
    expect(overtaken).toEqual(inTurn);
  });

  /** Runs whose functions are called as the state machine does, each step for one run after the other. */
  async function stepByStep(runs: readonly RunRef[]): Promise<{ status: string }[]> {
    const { call, deployment } = stack;
    for (const run of runs) await call.PlanAudit({ run, tenants: [SMALL] });
    for (const run of runs) await call.ProbeSecrets({ run, tenant: SMALL });
    for (const run of runs) await call.AuditTenant({ run, tenant: SMALL });
    for (const run of runs) await call.FinishAudit({ run, tenants: [SMALL] });
    await deployment.settled();
    return runs.map(() => ({ status: "SUCCEEDED" }));
  }
}

/** What the ledger says of each finding, the runs named by their order. Who wrote last is left out. */
function findingsIn({ rows }: Snapshot): Map<string, unknown> {
  const runs = new Set(rows.flatMap(({ sk }) => (sk.startsWith("RUN#") ? [sk.slice("RUN#".length)] : [])));
  const names = [...runs].sort().map((run, index) => [run, `run ${index + 1}`] as const);
  return new Map(
    rows.flatMap(({ pk, sk, value }) => {
      if (!sk.startsWith("FINDING#")) return [];
      const { undo: _undo, ...history } = value;
      const text = names.reduce((json, [run, name]) => json.replaceAll(run, name), JSON.stringify(history));
      return [[`${pk} ${sk}`, JSON.parse(text)] as const];
    }),
  );
}
