import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/session-idle.ts";
import { someTenantSettings } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const judge = (idle_session_lifetime: unknown, profile: "baseline" | "strict" = "baseline") =>
  verdicts(evaluateCheck(check, { tenantSettings: someTenantSettings({ idle_session_lifetime }) }, profile));

test.each([
  { title: "exactly 72 h", value: 72, expected: ["pass"] },
  { title: "73 h", value: 73, expected: ["medium"] },
  { title: "exactly 168 h", value: 168, expected: ["medium"] },
  { title: "169 h", value: 169, expected: ["high"] },
  { title: "absent, which is 72 h", value: undefined, expected: ["pass"] },
  { title: "not a number", value: [72], expected: ["unknown"] },
])("an idle session lifetime: $title gives $expected", ({ value, expected }) => {
  expect(judge(value)).toEqual(expected);
});

test.each([
  { title: "exactly half an hour", value: 0.5, expected: ["pass"] },
  { title: "31 minutes", value: 31 / 60, expected: ["medium"] },
  { title: "73 h", value: 73, expected: ["high"] },
])("the strict profile: $title gives $expected", ({ value, expected }) => {
  expect(judge(value, "strict")).toEqual(expected);
});
