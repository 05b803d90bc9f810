import { describe, expect, it } from "vitest";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { recordingFailure, withCareFailure, withFailure } from "../../lib/rotation/failures.ts";
import { failing, standingFailure } from "../../lib/rotation/ledger/failing.ts";
import { progressOf } from "../../lib/rotation/ledger/progress.ts";
import type { Aftercare, RotationFailure, RotationRecord } from "../../lib/rotation/ledger/rotation-record.ts";
import { REFUSALS } from "../../lib/rotation/refusal.ts";
import { memoryTable } from "../support/memory-table.ts";
import { prepareKeys } from "./world/keys.ts";
import { createWorld } from "./world/world.ts";

const record: RotationRecord = {
  clientId: "jkl",
  arn: "arn:secret",
  kind: "client-secret",
  order: { version: "v1", by: "schedule", at: 1 },
  underWay: { version: "v1", startedAt: 1 },
  failures: 0,
  aftercare: [],
};
const failure: RotationFailure = {
  version: "v1",
  step: "setSecret",
  at: 5,
  code: "service-failed",
  refusal: null,
  message: "Auth0 failed.",
};

const careOf = (current: string): Aftercare => ({
  ...{ current, old: "before", recordedAt: 1, from: 1, lastWriteAt: 1, answers: [] },
});

const again = (one: RotationRecord, at: number): RotationRecord =>
  withFailure({ ...one, order: { version: "v1", by: "schedule", at } }, { ...failure, at });

describe("a failed try", () => {
  it("counts once for each automatic order, and the third one holds the credential", () => {
    const once = again(record, 1);
    expect(once).toMatchObject({ failures: 1, lastFailure: { at: 1 } });
    expect(again(once, 1)).toMatchObject({ failures: 1 });
    const twice = again(once, 2);
    expect(twice).toMatchObject({ failures: 2 });
    expect(twice).not.toHaveProperty("held");
    expect(again(twice, 3)).toMatchObject({ failures: 3, held: { since: 3, refusal: null, message: failure.message } });
  });

  it("does not count when a person asked, or nobody, or when somebody else was at work", () => {
    const byPerson: RotationRecord = { ...record, order: { version: "v1", by: "person", at: 1 } };
    expect(withFailure(byPerson, failure)).toMatchObject({ failures: 0, lastFailure: failure });
    expect(withFailure({ ...record, order: { version: "v0", by: "schedule", at: 1 } }, failure).failures).toBe(0);
    expect(withFailure(record, { ...failure, code: "rotation-busy" }).failures).toBe(0);
    expect(withFailure(record, { ...failure, code: "interrupted" }).failures).toBe(0);
  });

  it("holds the credential at once when only a person can change its reason", () => {
    const needNoRotation = ["rotate-off", "rotation-disabled", "version-unknown", "fields-changed"];
    for (const refusal of REFUSALS.filter((one) => one !== "held")) {
      const refused = withFailure(record, { ...failure, code: "rotation-refused", refusal });
      expect([refusal, refused.held !== undefined]).toEqual([refusal, !needNoRotation.includes(refusal)]);
      expect(refused).toMatchObject({ failures: 0, lastFailure: { refusal } });
    }
  });

  it("is the answer to a person whose order began nothing, and holds nothing", () => {
    const { underWay: _, ...idle } = record;
    const ordered: RotationRecord = { ...idle, order: { version: "v1", by: "person", at: 1 } };
    const refusal = { ...failure, code: "rotation-refused", refusal: "not-configured" } as const;

    expect(withFailure(ordered, refusal)).toEqual({ ...ordered, lastFailure: refusal });
    expect(withFailure({ ...ordered, underWay: { version: "v1", startedAt: 1 } }, refusal)).toHaveProperty("held");
    expect(withFailure({ ...ordered, order: { version: "v0", by: "person", at: 1 } }, refusal)).toHaveProperty("held");
    expect(withFailure({ ...ordered, order: { version: "v1", by: "incident", at: 1 } }, refusal)).toHaveProperty(
      "held",
    );
  });

  it("keeps what holds a credential: that it is held says nothing new", () => {
    const held = { ...record, held: { since: 2, refusal: null, message: "It kept failing." }, lastFailure: failure };
    expect(withFailure(held, { ...failure, at: 9, code: "rotation-refused", refusal: "held" })).toBe(held);
  });

  it("keeps since when a credential is held", () => {
    const held = { ...record, held: { since: 2, refusal: null, message: "It kept failing." } };
    const refused = withFailure(held, {
      ...failure,
      code: "rotation-refused",
      refusal: "no-place",
      message: "No place.",
    });
    expect(refused.held).toEqual({ since: 2, refusal: "no-place", message: "No place." });
  });

  it("of the aftercare is on record, and neither counts nor holds", () => {
    const ofRotation = { ...record, lastFailure: failure, aftercare: [careOf("v0"), careOf("v1")] };
    const late = { at: 9, code: "rotation-refused", refusal: "client-gone", message: "It is gone." } as const;
    expect(withCareFailure(ofRotation, "v1", late)).toEqual({
      ...ofRotation,
      aftercare: [careOf("v0"), { ...careOf("v1"), failure: late }],
    });
    expect(withCareFailure(ofRotation, "v1", { ...late, code: "rotation-busy" })).toBe(ofRotation);
  });

  it.each<[string, Partial<RotationFailure>]>([
    ["whose fields were changed", { code: "rotation-refused", refusal: "fields-changed" }],
    ["that Auth0 did not take", { cameToNothing: 6 }],
  ])("says nothing about a version %s and that was dropped, unless it is ordered again", (_, reason) => {
    const refused = { ...failure, ...reason };
    const order = { version: "v1", by: "person", at: 1 } as const;
    const dropped = { ...record, order: { ...order, cameToNothing: 2 }, lastFailure: refused };

    expect(withFailure(dropped, { ...failure, at: 9 })).toBe(dropped);
    expect(withFailure({ ...dropped, order }, { ...failure, at: 9 })).toMatchObject({ lastFailure: { at: 9 } });
  });

  it("says nothing about a version that is promoted, or that only tests a configuration", () => {
    const promoted = { ...record, promoted: { version: "v1", at: 4 } };
    expect(withFailure(promoted, failure)).toBe(promoted);
    const { underWay: _, ...idle } = record;
    expect(withFailure(idle, { ...failure, step: "testSecret" })).toBe(idle);
  });
});

describe("a failure that is on record", () => {
  it.each<{ title: string; since: Partial<RotationRecord>; isOver: boolean }>([
    { title: "another version was promoted since", since: { promoted: { version: "v2", at: 6 } }, isOver: true },
    { title: "another version was begun since", since: { underWay: { version: "v2", startedAt: 6 } }, isOver: true },
    { title: "Auth0 was told since", since: { underWay: { version: "v1", startedAt: 1, setAt: 6 } }, isOver: true },
    { title: "it was begun before", since: { underWay: { version: "v1", startedAt: 5 } }, isOver: false },
    { title: "Auth0 was told before", since: { underWay: { version: "v1", startedAt: 5, setAt: 5 } }, isOver: false },
  ])("is shown only as long as the rotation came no further: $title", ({ since, isOver }) => {
    const known: RotationRecord = { ...record, failures: 1, lastFailure: failure, ...since };

    expect(standingFailure(known)).toEqual(isOver ? undefined : failure);
    expect(failing(known)).toEqual(isOver ? undefined : failure);
    expect(progressOf(known, "v1", 0).failure).toEqual(isOver ? null : failure);
  });
});

describe("recording a failure", () => {
  const world = createWorld({ kind: "client-secret", propagation: "at once", keys: prepareKeys(1) });
  const table = memoryTable();
  const request = {
    target: world.target,
    version: "v1",
    step: "setSecret" as const,
    deadline: Number.MAX_SAFE_INTEGER,
  };
  const parts = { clock: world.clock, table } as unknown as Parameters<typeof recordingFailure>[1];

  it("keeps of a defect its name only: its text may quote anything", async () => {
    const step = () => Promise.reject(new TypeError("canary-secret is not a function"));
    await expect(recordingFailure(request, parts, step)).rejects.toThrow(TypeError);
    const row = await table.get({ partition: "TENANT#acme-prod", sort: "ROTATION#jkl" });
    expect(JSON.stringify(row)).toContain("TypeError");
    expect(JSON.stringify(row)).not.toContain("canary");
  });

  it("throws the step's own error when it cannot be recorded", async () => {
    table.get = () => Promise.reject(new CurfewError("store-failed", "The table failed."));
    const step = () => Promise.reject(new CurfewError("throttled", "Too many requests."));
    await expect(recordingFailure(request, parts, step)).rejects.toMatchObject({ code: "throttled" });
  });
});
