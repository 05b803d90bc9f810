import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/management-write-scopes.ts";
import { aGrant } from "../../support/grants.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const judge = (grant: Record<string, unknown>) => evaluateCheck(check, { clientGrants: [aGrant(grant)] });

test.each([
  "delete:users",
  "delete:current_user",
  "delete:guardian_enrollments",
  "update:users",
  "create:user_tickets",
  "read:client_keys",
  "update:client_keys",
  "create:client_credentials",
  "update:client_credentials",
  "delete:client_credentials",
  "create:signing_keys",
  "update:signing_keys",
  "update:connections",
  "update:attack_protection",
  " update:users",
])("%s is dangerous", (scope) => {
  expect(verdicts(judge({ scope: ["read:users", scope] }))).toEqual(["high"]);
});

test.each([
  "read:users",
  "create:users",
  "update:users_app_metadata",
  "read:client_credentials",
  "read:signing_keys",
  "update:custom_signing_keys",
  "create:connections",
  "update:connections_options",
  "update:clients",
  "read:attack_protection",
  "undelete:users",
])("%s is not on the list", (scope) => {
  expect(verdicts(judge({ scope: [scope] }))).toEqual(["pass"]);
});

test.each([
  { title: "all scopes", grant: { allow_all_scopes: true, scope: null }, expected: ["high"] },
  { title: "no list", grant: { scope: null }, expected: ["pass"] },
  { title: "an empty list", grant: { scope: [] }, expected: ["pass"] },
  { title: "an unreadable list", grant: { scope: "delete:users" }, expected: ["unknown"] },
  { title: "an unreadable switch", grant: { allow_all_scopes: 0 }, expected: ["unknown"] },
  {
    title: "an unreadable switch beside a bad list",
    grant: { allow_all_scopes: 0, scope: ["delete:users"] },
    expected: ["high"],
  },
])("$title: $expected", ({ grant, expected }) => {
  expect(verdicts(judge(grant))).toEqual(expected);
});

test("a message names five scopes in order and counts the others", () => {
  const scope = ["delete:g", "delete:f", "delete:e", "delete:d", "delete:c", "delete:b", "delete:a", "delete:a"];

  expect(judge({ scope })).toMatchObject([
    { message: "The application holds dangerous scopes: delete:a, delete:b, delete:c, delete:d, delete:e and 2 more." },
  ]);
});

test("Curfew's own applications are judged like all others", () => {
  expect(verdicts(judge({ client_id: "curfew-auditor", scope: ["read:client_keys"] }))).toEqual(["high"]);
});
