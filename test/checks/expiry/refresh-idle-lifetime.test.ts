import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/refresh-idle-lifetime.ts";
import { aRefreshClient } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "exactly 30 d", settings: { idle_token_lifetime: 2_592_000 }, expected: ["pass"] },
  { title: "a second above 30 d", settings: { idle_token_lifetime: 2_592_001 }, expected: ["low"] },
  { title: "absent on rotating tokens, which is 15 d", settings: { idle_token_lifetime: null }, expected: ["pass"] },
  {
    title: "absent on others, which is 30 d",
    settings: { idle_token_lifetime: null, rotation_type: "non-rotating" },
    expected: ["pass"],
  },
  { title: "not a number", settings: { idle_token_lifetime: {} }, expected: ["unknown"] },
  { title: "unclear whether it counts", settings: { infinite_idle_token_lifetime: [] }, expected: ["unknown"] },
  {
    title: "a year, but infinite wins",
    settings: { idle_token_lifetime: 31_557_600, infinite_idle_token_lifetime: true },
    expected: [],
  },
  { title: "no settings", settings: null, expected: [] },
])("an idle lifetime: $title gives $expected", ({ settings, expected }) => {
  expect(verdicts(evaluateCheck(check, { clients: [aRefreshClient(settings)] }))).toEqual(expected);
});

test.each([
  { title: "exactly 7 d", seconds: 604_800, expected: ["pass"] },
  { title: "a second above 7 d", seconds: 604_801, expected: ["medium"] },
])("the strict profile: $title gives $expected", ({ seconds, expected }) => {
  const clients = [aRefreshClient({ idle_token_lifetime: seconds })];

  expect(verdicts(evaluateCheck(check, { clients }, "strict"))).toEqual(expected);
});
