import { describe, expect, it } from "vitest";
import {
  changeRotation,
  listRotations,
  orderRotation,
  readRotation,
  readTarget,
  resumeRotation,
  writeTarget,
} from "../../../lib/rotation/ledger/ledger.ts";
import type { RotationRecord } from "../../../lib/rotation/ledger/rotation-record.ts";
import type { RotationTarget } from "../../../lib/rotation/ledger/target.ts";
import { memoryTable } from "../../support/memory-table.ts";

const target: RotationTarget = {
  arn: "arn:one",
  tenant: "acme",
  clientId: "jkl",
  kind: "client-secret",
  writtenBy: "deploy",
  at: 1,
};
const order = { version: "v1", by: "person", at: 2 } as const;

describe("whose secret it is", () => {
  it("is said once, and said again by anybody who says the same", async () => {
    const table = memoryTable();
    expect(await readTarget(table, "arn:one")).toBeUndefined();
    expect(await writeTarget(table, target)).toBe(true);
    const adopted = { ...target, writtenBy: "adopt", at: 9 } as const;
    expect(await writeTarget(table, adopted)).toBe(true);
    expect(await writeTarget(table, { ...target, at: 10 })).toBe(true);
    for (const other of [{ tenant: "other" }, { clientId: "other" }, { kind: "private-key" as const }]) {
      expect(await writeTarget(table, { ...target, ...other })).toBe(false);
    }
    expect(await readTarget(table, "arn:one")).toEqual(adopted); // somebody saw what it holds accepted
  });

  it.each<[string, Partial<RotationRecord>, boolean]>([
    [
      "nothing came of what a configuration said",
      { held: { since: 2, refusal: "never-accepted", message: "No." } },
      true,
    ],
    ["a version of it was begun", { underWay: { version: "v1", startedAt: 2 } }, false],
    ["a version of it was promoted", { promoted: { version: "v1", at: 2 } }, false],
    [
      "one was, before the client was given another",
      { arn: "arn:two", former: { arn: "arn:one", promoted: { version: "v1", at: 2 } } },
      false,
    ],
    ["a version was promoted in another secret", { arn: "arn:two", promoted: { version: "v1", at: 2 } }, true],
  ])("is said anew by another configuration only where nothing came of it: %s", async (_, known, isAnew) => {
    const table = memoryTable();
    const right = { ...target, clientId: "mno" };
    await writeTarget(table, target);
    await changeRotation(table, target, (record) => ({ ...record, ...known }));

    expect(await writeTarget(table, right)).toBe(isAnew);

    expect(await readTarget(table, "arn:one")).toEqual(isAnew ? right : target);
  });

  it.each(["adopt", "incident"] as const)("is no slip of a file where it was said by %s", async (writtenBy) => {
    const table = memoryTable();
    await writeTarget(table, { ...target, writtenBy });

    expect(await writeTarget(table, { ...target, clientId: "mno" })).toBe(false);
  });
});

describe("what is remembered of a credential's rotations", () => {
  it("keeps what two write at the same time", async () => {
    const table = memoryTable();
    await Promise.all([
      orderRotation(table, target, order),
      changeRotation(table, target, (record) => ({ ...record, promoted: { version: "v0", at: 1 } })),
    ]);
    expect(await readRotation(table, target)).toMatchObject({ order, promoted: { version: "v0" }, failures: 0 });
  });

  it("is listed by tenant", async () => {
    const table = memoryTable();
    await orderRotation(table, target, order);
    await orderRotation(table, { ...target, arn: "arn:two", clientId: "mno" }, order);
    await orderRotation(table, { ...target, tenant: "other" }, order);
    expect((await listRotations(table, "acme")).map(({ clientId }) => clientId)).toEqual(["jkl", "mno"]);
  });

  it("goes on when a person resumes", async () => {
    const table = memoryTable();
    const held = { since: 1, refusal: null, message: "It kept failing." };
    await changeRotation(table, target, (record) => ({ ...record, failures: 3, failedOrder: 4, held }));
    const resumed = await resumeRotation(table, target);
    expect(resumed.failures).toBe(0);
    expect(resumed).not.toHaveProperty("held");
    expect(resumed).not.toHaveProperty("failedOrder");
  });

  it("begins anew when the credential moves to another secret, but not while something is open", async () => {
    const table = memoryTable();
    const moved = { ...target, arn: "arn:two" };
    const proof = { old: "v0", current: "v1", provenAt: 3, answers: [] };
    const tookBack = { fields: ["note"], from: "v0", arn: target.arn, version: "v1", at: 3 };
    await changeRotation(table, target, (record) => ({
      ...record,
      promoted: { version: "v1", at: 3 },
      lastProof: proof,
      ownKeys: ["cred_1"],
      tookBack: [tookBack],
    }));
    expect(await readRotation(table, moved)).toEqual({
      clientId: "jkl",
      arn: "arn:two",
      kind: "client-secret",
      failures: 0,
      aftercare: [],
      lastProof: proof,
      ownKeys: ["cred_1"],
      tookBack: [tookBack],
      former: { arn: "arn:one", promoted: { version: "v1", at: 3 } },
    });

    const underWay = { version: "v2", startedAt: 5, setAt: 6 };
    await changeRotation(table, target, (record) => ({ ...record, underWay }));
    const refused = { code: "rotation-refused", detail: "not-configured" };
    await expect(orderRotation(table, moved, order)).rejects.toMatchObject(refused);
    const care = { current: "v2", old: "v1", recordedAt: 1, from: 1, lastWriteAt: 1, answers: [] };
    await changeRotation(table, target, ({ underWay: _, ...record }) => ({ ...record, aftercare: [care] }));
    await expect(orderRotation(table, moved, order)).rejects.toMatchObject(refused);
  });

  it("goes with the credential to another secret and back, and knows which kind it was about", async () => {
    const table = memoryTable();
    const at = (arn: string, kind: RotationTarget["kind"] = "client-secret") =>
      changeRotation(table, { ...target, arn, kind }, (record) => ({
        ...record,
        failedOrder: record.failedOrder ?? 1,
      }));
    const promoted = { version: "v1", at: 3 };
    await changeRotation(table, target, (record) => ({ ...record, promoted, acceptedAt: 2 }));

    expect(await at("arn:two")).toMatchObject({ acceptedAt: 2, former: { arn: "arn:one", promoted } });
    const third = await at("arn:three");
    expect(third).toMatchObject({ acceptedAt: 2, former: { arn: "arn:one", promoted } });
    expect(third).not.toHaveProperty("promoted");
    expect(await at("arn:one")).toMatchObject({ promoted });
    expect(await at("arn:key", "private-key")).not.toHaveProperty("acceptedAt");
  });

  it("stays held in whatever secret, until a person resumes", async () => {
    const table = memoryTable();
    const held = { since: 1, refusal: null, message: "It kept failing." };
    const hold = {
      held,
      failures: 3,
      lastFailure: { ...held, version: "v1", step: "setSecret", at: 1, code: "unreachable" },
    } as const;
    await changeRotation(table, target, (record) => ({ ...record, ...hold }));

    expect(await orderRotation(table, { ...target, arn: "arn:two" }, order)).toMatchObject(hold);
    expect(await orderRotation(table, target, order)).toMatchObject(hold);
    expect(await resumeRotation(table, target)).not.toHaveProperty("held");
  });
});
