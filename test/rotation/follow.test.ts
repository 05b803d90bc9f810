import { describe, expect, it } from "vitest";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { follow, LONGEST_SILENCE } from "../../lib/rotation/follow.ts";
import type { Progress } from "../../lib/rotation/progress.ts";
import { type Aftercare, type RotationRecord, rotationKey } from "../../lib/rotation/rotation-record.ts";
import type { RotationTarget } from "../../lib/rotation/target.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const START = Date.UTC(2026, 10, 23, 6);
const VERSION = "new-version-0000000000000000000000";
const target: RotationTarget = {
  arn: "arn:aws:secretsmanager:us-east-1:000000000000:secret:apps/checkout-AbCdEf",
  tenant: "acme",
  clientId: "checkout",
  kind: "client-secret",
  writtenBy: "adopt",
  at: START,
};

const record = (more: Partial<RotationRecord>): RotationRecord => ({
  clientId: target.clientId,
  arn: target.arn,
  kind: target.kind,
  failures: 0,
  aftercare: [],
  ...more,
});

const underWay = { version: VERSION, startedAt: START };
const aftercare: Aftercare = {
  current: VERSION,
  old: "old",
  recordedAt: START,
  from: START,
  lastWriteAt: START,
  answers: [],
};
const promoted = { version: VERSION, at: START };
const lastProof = { old: "old", current: VERSION, provenAt: START, answers: [] };
const failure = (more: object) => ({
  version: VERSION,
  step: "setSecret" as const,
  at: START,
  code: "unreachable" as const,
  refusal: null,
  message: "Auth0 cannot be reached.",
  ...more,
});

/** Follows while somebody else writes the record, one state every `pace` milliseconds. */
async function followed(states: readonly RotationRecord[], pace = 10_000) {
  using table = openSqliteTable(":memory:");
  const clock = virtualClock(START);
  const seen: Progress[] = [];
  const key = rotationKey(target.tenant, target.clientId);
  const write = async () => {
    for (const state of states) {
      await table.put(key, state);
      await clock.sleep(pace);
    }
  };
  const watch = async () => {
    const never = new AbortController().signal;
    for await (const progress of follow(table, { target, version: VERSION, since: START }, clock, never)) {
      seen.push(progress);
    }
    return clock.now() - START;
  };
  const [, lasted] = await clock.run(Promise.all([write(), watch()]));
  return { seen, stages: seen.map(({ stage }) => stage), lasted };
}

describe("following a rotation", () => {
  it("tells each stage once, until the old credential is proven dead", async () => {
    const { stages, lasted } = await followed([
      record({}),
      record({ underWay }),
      record({ underWay: { ...underWay, setAt: START } }),
      record({ promoted, aftercare: [aftercare] }),
      record({ promoted, lastProof }),
    ]);

    expect(stages).toEqual(["ordered", "begun", "set", "promoted", "proven"]);
    expect(lasted).toBeLessThan(60_000);
  });

  it("begins where there is no record yet, and gives up when nothing is heard", async () => {
    const { stages, lasted } = await followed([]);

    expect(stages).toEqual(["ordered"]);
    expect(lasted).toBe(LONGEST_SILENCE);
  });

  it("goes on after a failure that may pass, and forgets it once the version is promoted", async () => {
    const { seen } = await followed([
      record({ underWay, failures: 1, lastFailure: failure({}) }),
      record({ promoted, lastFailure: failure({}) }),
    ]);

    expect(seen.map(({ stage, failure }) => [stage, failure?.code])).toEqual([
      ["begun", "unreachable"],
      ["promoted", undefined],
    ]);
  });

  it.each([
    { title: "refused", state: { lastFailure: failure({ code: "rotation-refused", refusal: "hs256-client" }) } },
    { title: "held", state: { held: { since: START, refusal: null, message: "It failed three times." } } },
    {
      title: "promoted while the key's overlap lasts",
      state: { promoted, aftercare: [{ ...aftercare, from: START + 86_400_000 }] },
    },
    { title: "overdue", state: { promoted, aftercare: [{ ...aftercare, overdueSince: START }] } },
    { title: "not provable", state: { promoted, aftercare: [{ ...aftercare, notProvable: "It is not stored." }] } },
  ])("ends at once when only a person or the next audit can go on: $title", async ({ state }) => {
    const { seen, lasted } = await followed([record(state as Partial<RotationRecord>)], 0);

    expect(seen).toHaveLength(1);
    expect(lasted).toBeLessThanOrEqual(1_000);
  });

  it("does not take an older try's failure for this one's", async () => {
    const { seen } = await followed([
      record({ lastFailure: failure({ at: START - 1, refusal: "held", code: "rotation-refused" }) }),
      record({ promoted }),
    ]);

    expect(seen.map(({ failure }) => failure)).toEqual([null, null]);
  });
});
