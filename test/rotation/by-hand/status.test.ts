import { expect, it } from "vitest";
import { tenantCredentials } from "../../../lib/rotation/by-hand/status.ts";
import type { Aftercare } from "../../../lib/rotation/ledger/rotation-record.ts";
import { rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { known, NOW, rotation } from "../../support/rotations.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const oldKey = { id: "cred_1", kid: "k1" };

it.each<{ title: string; at: number; more?: Partial<Aftercare>; tended?: boolean; since?: number }>([
  { title: "a secret not proven dead four minutes after", at: NOW + 4 * MINUTE },
  { title: "a secret not proven dead five minutes after", at: NOW + 5 * MINUTE, since: NOW + 5 * MINUTE },
  { title: "a key that the next audit takes away", at: NOW + 72 * HOUR, more: { oldKey } },
  { title: "a key that no audit took away", at: NOW + 74 * HOUR, more: { oldKey }, since: NOW + 5 * MINUTE },
  { title: "a key that nobody tends", at: NOW + HOUR, more: { oldKey }, tended: false, since: NOW + 5 * MINUTE },
  { title: "a secret left to the next audit", at: NOW + 72 * HOUR, more: { leftToAudit: true } },
  {
    title: "a key left to the next audit, and gone since",
    at: NOW + HOUR,
    more: { oldKey, leftToAudit: true, goneAt: NOW },
    since: NOW + 5 * MINUTE,
  },
  { title: "what cannot be proven", at: NOW + HOUR, more: { notProvable: "Gone." } },
])("the status shows what is overdue though no run recorded it: $title", async ({ at, more, tended = true, since }) => {
  const table = memoryTable();
  const times = { recordedAt: NOW, promotedAt: NOW, from: NOW, lastWriteAt: NOW };
  const care: Aftercare = { current: "new", old: "old", ...times, answers: [], ...more };
  await table.put(rotationKey("a", "jkl"), rotation({ aftercare: [care] }));

  const configured = await tenantCredentials(table, "a", [known({ hasRotator: tended })], at);
  const former = await tenantCredentials(table, "a", [], at);

  expect(configured.credentials[0]?.rotation?.aftercare[0]?.overdueSince).toBe(since);
  if (!tended) expect(former.leftBehind[0]?.aftercare[0]?.overdueSince).toBe(since);
});
