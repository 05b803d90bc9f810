import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/refresh-leeway.ts";
import { aRefreshClient } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "none", settings: { leeway: 0 }, expected: ["pass"] },
  { title: "exactly 30 s", settings: { leeway: 30 }, expected: ["pass"] },
  { title: "31 s", settings: { leeway: 31 }, expected: ["low"] },
  { title: "exactly 300 s", settings: { leeway: 300 }, expected: ["low"] },
  { title: "301 s", settings: { leeway: 301 }, expected: ["medium"] },
  { title: "absent, which is none", settings: { leeway: null }, expected: ["pass"] },
  { title: "not a number", settings: { leeway: "0" }, expected: ["unknown"] },
  { title: "long, without rotation", settings: { leeway: 600, rotation_type: "non-rotating" }, expected: [] },
  { title: "long, rotation absent", settings: { leeway: 600, rotation_type: null }, expected: [] },
  { title: "rotation unreadable", settings: { rotation_type: 1 }, expected: ["unknown"] },
  { title: "no settings", settings: null, expected: [] },
])("an overlap: $title gives $expected", ({ settings, expected }) => {
  expect(verdicts(evaluateCheck(check, { clients: [aRefreshClient(settings)] }))).toEqual(expected);
});
