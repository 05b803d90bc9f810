import { expect, test } from "vitest";
import check from "../../../lib/checks/secret/action-age.ts";
import { days } from "../../../lib/model/duration.ts";
import { anAction, moment } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const changed = (secondsAgo: number) => [{ name: "API_KEY", updated_at: moment(-secondsAgo) }];

test.each([
  { title: "set today", secrets: changed(0), expected: ["pass"] },
  { title: "set tomorrow, by a clock that is wrong", secrets: changed(-days(1)), expected: ["pass"] },
  { title: "exactly 180 d old", secrets: changed(days(180)), expected: ["pass"] },
  { title: "a second older", secrets: changed(days(180) + 1), expected: ["low"] },
  { title: "exactly 365 d old", secrets: changed(days(365)), expected: ["low"] },
  { title: "a second older than that", secrets: changed(days(365) + 1), expected: ["medium"] },
  { title: "without a date", secrets: [{ name: "API_KEY" }], expected: ["unknown"] },
  { title: "with a null date", secrets: [{ name: "API_KEY", updated_at: null }], expected: ["unknown"] },
  { title: "with a date that is none", secrets: [{ name: "API_KEY", updated_at: "soon" }], expected: ["unknown"] },
  { title: "with a number for a date", secrets: [{ name: "API_KEY", updated_at: 1 }], expected: ["unknown"] },
  { title: "without a name", secrets: [{ updated_at: moment(0) }], expected: ["unknown"] },
  { title: "twice under one name", secrets: [...changed(0), ...changed(days(400))], expected: ["unknown"] },
])("a secret $title: $expected", ({ secrets, expected }) => {
  expect(verdicts(evaluateCheck(check, { actions: [anAction({ secrets })] }))).toEqual(expected);
});

test.each([
  { title: "without secrets", secrets: [], expected: [] },
  { title: "whose secrets are not reported", secrets: null, expected: [] },
  { title: "whose secrets cannot be read", secrets: { API_KEY: "x" }, expected: ["unknown"] },
])("an action $title: $expected", ({ secrets, expected }) => {
  expect(verdicts(evaluateCheck(check, { actions: [anAction({ secrets })] }))).toEqual(expected);
});

test("each secret is a finding of its own, told apart by its name", () => {
  const secrets = [
    { name: "OLD", updated_at: moment(-days(200)) },
    { name: "OLDER", updated_at: moment(-days(400)) },
  ];

  expect(evaluateCheck(check, { actions: [anAction({ secrets })] })).toEqual([
    {
      resource: { type: "action", id: "act_1", name: "Enrich profile" },
      aspect: "OLD",
      verdict: "fail",
      severity: "low",
      observed: days(200),
      limit: days(180),
      unit: "seconds",
      message: "The secret was last changed 200 d ago; the limit is 180 d.",
    },
    expect.objectContaining({ aspect: "OLDER", severity: "medium", limit: days(180) }),
  ]);
});
