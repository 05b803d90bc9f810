import { describe, expect, it } from "vitest";
import { openSqliteTable } from "../../../lib/local/sqlite-table.ts";
import { follow, LONGEST_SILENCE, type Watched } from "../../../lib/rotation/by-hand/follow.ts";
import { type LeaseRequest, takeLease } from "../../../lib/rotation/lease.ts";
import { type Aftercare, type RotationRecord, rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";
import type { RotationTarget } from "../../../lib/rotation/ledger/target.ts";
import { virtualClock } from "../../support/virtual-clock.ts";

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

/** Upon somebody else's lease. */
const busy = (at: number) => failure({ step: "createSecret", at: START + at, code: "rotation-busy", message: "Busy." });

/** Follows while somebody else writes the record, one state every `pace` milliseconds. */
async function followed(
  states: readonly RotationRecord[],
  pace = 10_000,
  lease?: Pick<LeaseRequest, "owner" | "until">,
) {
  using table = openSqliteTable(":memory:");
  const clock = virtualClock(START);
  if (lease) await takeLease(table, { tenant: target.tenant, clientId: target.clientId, ...lease }, clock);
  const seen: Watched[] = [];
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

  it("ends when a try fails in the same way again", async () => {
    const { seen, lasted } = await followed([
      record({ underWay, lastFailure: failure({}) }),
      record({ underWay, lastFailure: failure({ at: START + 10_000, message: "Auth0 throttles." }) }),
      record({ underWay, lastFailure: failure({ at: START + 20_000, message: "Auth0 throttles." }) }),
    ]);

    expect(seen).toHaveLength(3);
    expect(lasted).toBeLessThan(30_000);
  });

  it("waits out that somebody else is at work, however often the service tries", async () => {
    const { stages, lasted } = await followed(
      [
        record({ lastFailure: busy(0) }),
        record({ lastFailure: busy(60_000) }),
        record({ lastFailure: busy(120_000) }),
        record({ promoted, lastProof }),
      ],
      60_000,
    );

    expect(stages.at(-1)).toBe("proven");
    expect(lasted).toBeLessThan(190_000);
  });

  it("says until when somebody has the credential as the lease does, and waits no longer than for one try after", async () => {
    const lease = { owner: "an incident", until: START + 600_000 };
    const { seen, lasted } = await followed([record({ lastFailure: busy(0) })], 0, lease);

    expect(seen.map(({ takenUntil }) => takenUntil)).toEqual([START + 605_000]);
    expect(lasted).toBeGreaterThan(605_000);
    expect(lasted).toBeLessThan(605_000 + LONGEST_SILENCE / 2);
  });

  it("follows what this process does until that is settled, whatever is on record, and looks once more", async () => {
    using table = openSqliteTable(":memory:");
    const clock = virtualClock(START);
    const key = rotationKey(target.tenant, target.clientId);
    await table.put(key, record({ promoted, aftercare: [{ ...aftercare, from: START + 86_400_000 }] }));
    const worker = clock.sleep(LONGEST_SILENCE * 2).then(() => table.put(key, record({ promoted, lastProof })));
    const stages: string[] = [];
    const watch = async () => {
      const followed = { target, version: VERSION, since: START, worker };
      for await (const { stage } of follow(table, followed, clock, new AbortController().signal)) stages.push(stage);
    };

    await clock.run(watch());

    expect(stages).toEqual(["promoted", "proven"]);
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
