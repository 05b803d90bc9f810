import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/management-allow-all-scopes.ts";
import { aGrant } from "../../support/grants.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "true", grant: { allow_all_scopes: true }, expected: ["critical"] },
  { title: "true, for users", grant: { allow_all_scopes: true, subject_type: "user" }, expected: ["critical"] },
  {
    title: "true, beside a short list",
    grant: { allow_all_scopes: true, scope: ["read:users"] },
    expected: ["critical"],
  },
  {
    title: "true, by default",
    grant: { allow_all_scopes: true, default_for: "third_party_clients", client_id: null },
    expected: ["critical"],
  },
  { title: "false", grant: { allow_all_scopes: false }, expected: ["pass"] },
  { title: "absent, which is false", grant: {}, expected: ["pass"] },
  { title: "null, which is absent", grant: { allow_all_scopes: null }, expected: ["pass"] },
  { title: "unreadable", grant: { allow_all_scopes: "true" }, expected: ["unknown"] },
])("allow_all_scopes $title: $expected", ({ grant, expected }) => {
  expect(verdicts(evaluateCheck(check, { clientGrants: [aGrant(grant)] }))).toEqual(expected);
});

test.each(["strict", "auth0-default"] as const)("%s is as strict: nobody gets this by default", (profile) => {
  expect(verdicts(evaluateCheck(check, { clientGrants: [aGrant({ allow_all_scopes: true })] }, profile))).toEqual([
    "critical",
  ]);
});
