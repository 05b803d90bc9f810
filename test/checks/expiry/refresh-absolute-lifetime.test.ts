import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/refresh-absolute-lifetime.ts";
import { aRefreshClient, NEVER_ENDING } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "exactly 30 d", settings: { token_lifetime: 2_592_000 }, expected: ["pass"] },
  { title: "a second above 30 d", settings: { token_lifetime: 2_592_001 }, expected: ["medium"] },
  { title: "exactly 90 d", settings: { token_lifetime: 7_776_000 }, expected: ["medium"] },
  { title: "a second above 90 d", settings: { token_lifetime: 7_776_001 }, expected: ["high"] },
  { title: "absent on rotating tokens, which is 30 d", settings: { token_lifetime: null }, expected: ["pass"] },
  {
    title: "absent on others, which is a year",
    settings: { token_lifetime: null, rotation_type: "non-rotating" },
    expected: ["high"],
  },
  { title: "not a number", settings: { token_lifetime: "2592000" }, expected: ["unknown"] },
  { title: "unclear whether it counts", settings: { infinite_token_lifetime: "?" }, expected: ["unknown"] },
  { title: "a year, but infinite wins", settings: NEVER_ENDING, expected: [] },
  { title: "no settings", settings: null, expected: [] },
])("a maximum lifetime: $title gives $expected", ({ settings, expected }) => {
  expect(verdicts(evaluateCheck(check, { clients: [aRefreshClient(settings)] }))).toEqual(expected);
});

test("Auth0's longer default is no finding by Auth0's own measure", () => {
  const clients = [aRefreshClient({ token_lifetime: 31_557_600 })];

  expect(verdicts(evaluateCheck(check, { clients }, "auth0-default"))).toEqual(["pass"]);
});
