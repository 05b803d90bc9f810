import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/api-any-organization.ts";
import { aGrant, ORDERS } from "../../support/grants.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "true", answer: { allow_any_organization: true }, expected: ["low"] },
  { title: "true, whatever the API", answer: { allow_any_organization: true, audience: null }, expected: ["low"] },
  { title: "false", answer: { allow_any_organization: false }, expected: ["pass"] },
  {
    title: "false, though organizations are required",
    answer: { allow_any_organization: false, organization_usage: "require" },
    expected: ["pass"],
  },
  { title: "absent, which is false", answer: {}, expected: ["pass"] },
  { title: "unreadable", answer: { allow_any_organization: "yes" }, expected: ["unknown"] },
])("allow_any_organization $title: $expected", ({ answer, expected }) => {
  expect(verdicts(evaluateCheck(check, { clientGrants: [aGrant({ audience: ORDERS, ...answer })] }))).toEqual(expected);
});
