import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/session-absolute.ts";
import { someTenantSettings } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const judge = (session_lifetime: unknown, profile: "baseline" | "strict" = "baseline") =>
  evaluateCheck(check, { tenantSettings: someTenantSettings({ session_lifetime }) }, profile);

test.each([
  { title: "exactly 168 h", value: 168, expected: ["pass"] },
  { title: "a second above 168 h", value: 168 + 1 / 3_600, expected: ["medium"] },
  { title: "exactly 720 h", value: 720, expected: ["medium"] },
  { title: "721 h", value: 721, expected: ["high"] },
  { title: "absent, which is 168 h", value: undefined, expected: ["pass"] },
  { title: "null, which is absent", value: null, expected: ["pass"] },
  { title: "not a number", value: "168", expected: ["unknown"] },
])("a session lifetime: $title gives $expected", ({ value, expected }) => {
  expect(verdicts(judge(value))).toEqual(expected);
});

test.each([
  { title: "exactly 12 h", value: 12, expected: ["pass"] },
  { title: "13 h", value: 13, expected: ["medium"] },
  { title: "169 h", value: 169, expected: ["high"] },
])("the strict profile: $title gives $expected", ({ value, expected }) => {
  expect(verdicts(judge(value, "strict"))).toEqual(expected);
});

test("hours are reported in whole seconds", () => {
  expect(judge(169.01666666666668)).toMatchObject([{ observed: 608_460, limit: 604_800, unit: "seconds" }]);
});
