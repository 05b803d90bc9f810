import { describe, expect, it } from "vitest";
import type { KnownCredential } from "../../../lib/rotation/credentials/known-credentials.ts";
import { isOfIncident } from "../../../lib/rotation/judgements/overwriting.ts";
import type { RotationOrder, RotationRecord } from "../../../lib/rotation/ledger/rotation-record.ts";
import { finishingOrder, isAtWork, takesAPlace } from "../../../lib/rotation/schedule/order-of-run.ts";

const START = Date.UTC(2026, 10, 23, 6);
const RUN = { id: "run", startedAt: new Date(START).toISOString() };
const NOW = START + 60_000;
const AGO = START - 3_600_000;

const ofPerson: RotationOrder = { version: "v", by: "person", at: AGO, overwrite: true };
const ofIncident: RotationOrder = { version: "v", by: "incident", at: AGO, overwrite: true, leakedKeys: ["kid"] };
const told = { version: "v", startedAt: AGO, setAt: AGO };

const recorded = (more: Partial<RotationRecord>): RotationRecord => ({
  ...{ clientId: "jkl", arn: "arn", kind: "client-secret", failures: 0, aftercare: [] },
  ...more,
});

describe("the order by which a run finishes what hangs", () => {
  const orderFor = (more: Partial<RotationRecord>, rotate: KnownCredential["rotate"] = "off") =>
    finishingOrder({ rotate, rotation: recorded(more) }, RUN, "v", NOW);
  const own = { version: "v", by: "schedule", at: START, orderedAt: NOW };
  const held = { since: AGO, refusal: null, message: "It failed three times." };

  it.each<[string, Partial<RotationRecord>, RotationOrder | undefined]>([
    ["told, by a person", { order: ofPerson, underWay: told }, asking("person", { overwrite: true })],
    [
      "told, in an incident",
      { order: ofIncident, underWay: told },
      asking("incident", { overwrite: true, leakedKeys: ["kid"] }),
    ],
    ["told, and tried by a run before", { order: asking("person"), underWay: told }, asking("person")],
    ["told and held", { order: ofPerson, underWay: told, held }, asking("person", { overwrite: true })],
    ["told, by nobody who is known", { underWay: told }, { ...own, by: "schedule" }],
    [
      "told, and another one ordered",
      { order: { ...ofPerson, version: "w" }, underWay: told },
      { ...own, by: "schedule" },
    ],
    ["not told, by a person", { order: ofPerson }, asking("person", { overwrite: true })],
    ["not told, and held", { order: ofPerson, held }, undefined],
    ["not told, by nobody who is known", {}, undefined],
  ])("keeps who asked and what they allowed: %s", (_, more, expected) => {
    expect(orderFor(more)).toEqual(expected);
  });

  function asking(by: "person" | "incident", more: Partial<RotationOrder> = {}): RotationOrder {
    return { version: "v", by: "schedule", at: START, orderedAt: NOW, asked: { by, at: AGO }, ...more };
  }
});

describe("whether somebody else is at work", () => {
  it.each<[string, Partial<RotationOrder>, boolean]>([
    ["a person, at the moment of the run's start", { by: "person", at: START }, true],
    ["the run itself", { by: "schedule", at: START }, false],
    ["a person, of whose version nothing came", { by: "person", at: NOW, cameToNothing: NOW }, false],
  ])("goes by the order: %s", (_, order, expected) => {
    const hanging = {
      version: "w",
      step: "setSecret",
      at: AGO,
      code: "timed-out",
      refusal: null,
      message: "",
    } as const;
    const record = recorded({ order: { ...ofPerson, ...order }, lastFailure: hanging });

    expect(isAtWork(record, RUN, NOW)).toBe(expected);
  });

  it.each([
    ["failed just now", {}, true],
    ["failed just now, and of which nothing came", { cameToNothing: NOW }, false],
  ])("goes by a version that %s", (_, more, expected) => {
    const failed = { version: "w", step: "setSecret", at: NOW, code: "timed-out", refusal: null, message: "" } as const;

    expect(isAtWork(recorded({ lastFailure: { ...failed, ...more } }), RUN, NOW)).toBe(expected);
  });
});

describe("what a run brings forward takes the place of one that it may begin", () => {
  const order: RotationOrder = { version: "v", by: "schedule", at: START };
  const lastFailure = {
    version: "v",
    step: "setSecret",
    at: NOW,
    code: "timed-out",
    refusal: null,
    message: "",
  } as const;
  const promoted = { version: "v", at: NOW };
  const held = { since: NOW, refusal: null, message: "" };

  it.each<[string, Partial<RotationRecord>, boolean]>([
    ["finished", { order, promoted }, true],
    ["failed again", { order, lastFailure }, true],
    ["failed again, and held: it may fail every day", { order, lastFailure, held }, false],
    [
      "switched off, which nothing holds",
      { order, lastFailure: { ...lastFailure, refusal: "rotation-disabled" } },
      false,
    ],
    ["rid of a label, since nothing comes of it", { order: { ...order, cameToNothing: NOW }, promoted }, false],
    ["finished by an earlier run", { order: { ...order, at: AGO }, promoted }, false],
  ])("%s", (_, more, expected) => {
    expect(takesAPlace(recorded(more), RUN)).toBe(expected);
  });
});

it.each<[RotationOrder, boolean]>([
  [ofIncident, true],
  [{ ...ofPerson, by: "schedule", asked: { by: "incident", at: AGO } }, true],
  [{ ...ofPerson, by: "schedule", asked: { by: "person", at: AGO } }, false],
  [ofPerson, false],
])("an order is an incident's whoever tries it now: %o is %s", (order, expected) => {
  expect(isOfIncident(order)).toBe(expected);
});
