import { expect, test } from "vitest";
import { type Happening, happeningsOf, rotationTeller } from "../../bin/laptop/rotation-story.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { type RotationRecord, rotationKey } from "../../lib/rotation/ledger/rotation-record.ts";

const START = Date.UTC(2026, 10, 23, 6);

const record = (more: Partial<RotationRecord> = {}): RotationRecord => ({
  clientId: "shop",
  arn: "arn:aws:secretsmanager:us-east-1:000000000000:secret:apps/shop-AbCdEf",
  kind: "client-secret",
  failures: 0,
  aftercare: [],
  ...more,
});

const answers = [0, 1, 2, 3, 4].map((index) => ({
  at: START + index * 7_500,
  old: "refused" as const,
  current: "accepted" as const,
}));
const care = { current: "new", old: "old", recordedAt: START, promotedAt: START, lastWriteAt: START, answers: [] };

test("a proof says how often the old credential was refused, over how long", () => {
  const lastProof = { old: "old", current: "new", provenAt: START + 31_000, answers };

  expect(happeningsOf(record({ lastProof }))).toEqual([
    {
      clientId: "shop",
      at: START + 31_000,
      text: "the old secret is dead: refused 5 times over 30 s, while the new one is accepted",
    },
  ]);
});

test("only a key has a time in which both work", () => {
  const overlap = { ...care, from: START + 3_600_000 };

  const ofKey = happeningsOf(record({ kind: "private-key", aftercare: [overlap] }));
  const ofSecret = happeningsOf(record({ aftercare: [{ ...care, from: START }] }));

  expect(ofKey.map(({ text }) => text)).toEqual(["both keys work until 07:00:00"]);
  expect(ofSecret).toEqual([]);
});

test("each thing is told once, in its order, whoever looks", async () => {
  using table = openSqliteTable(":memory:");
  const told: Happening[] = [];
  const teller = rotationTeller(table, ["acme"], (happening) => told.push(happening));
  const underWay = { version: "new", startedAt: START, setAt: START + 1_000 };
  const states = [
    record({ order: { version: "new", by: "schedule", at: START } }),
    record({ order: { version: "new", by: "schedule", at: START }, underWay }),
    record({ order: { version: "new", by: "schedule", at: START }, promoted: { version: "new", at: START + 9_000 } }),
  ];

  for (const state of states) {
    await table.put(rotationKey("acme", "shop"), state);
    await Promise.all([teller.look(), teller.look()]);
  }
  await teller.watch(AbortSignal.abort());

  expect(told.map(({ at }) => at - START)).toEqual([0, 0, 1_000, 9_000]);
  expect(new Set(told.map(({ text }) => text)).size).toBe(4);
});
