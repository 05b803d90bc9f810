import { expect, test } from "vitest";
import { openSqliteTable } from "../../../lib/local/sqlite-table.ts";
import { rotationTroubles } from "../../../lib/rotation/credentials/rotation-troubles.ts";
import { type RotationRecord, rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";

const record = (clientId: string, changes: Partial<RotationRecord>): RotationRecord => ({
  clientId,
  arn: `arn:${clientId}`,
  kind: "client-secret",
  failures: 0,
  aftercare: [],
  ...changes,
});

const lastFailure = {
  version: "v1",
  step: "createSecret",
  at: 2,
  code: "rotation-unfinished",
  refusal: null,
  message: "Auth0 does not answer.",
} as const;

test("credentials that are held or keep failing are in trouble, and none that was rotated since", async () => {
  using table = openSqliteTable(":memory:");
  const held = { since: 3, refusal: "current-refused", message: "Auth0 refuses the stored secret." } as const;
  for (const one of [
    record("held", { failures: 3, held, lastFailure }),
    record("failing", { failures: 1, lastFailure }),
    record("rotated", { lastFailure, promoted: { version: "v1", at: 4 } }),
    record("idle", {}),
  ]) {
    await table.put(rotationKey("acme", one.clientId), one);
  }
  await table.put(rotationKey("other", "held"), record("held", { held }));

  expect(await rotationTroubles(table, "acme")).toEqual(
    new Map([
      ["held", { state: "held", since: 3, message: "Auth0 refuses the stored secret." }],
      ["failing", { state: "failing", since: 2, message: "Auth0 does not answer." }],
    ]),
  );
});
