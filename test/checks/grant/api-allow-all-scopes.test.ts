import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/api-allow-all-scopes.ts";
import { aGrant, ORDERS } from "../../support/grants.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "true", all: true, expected: ["medium"] },
  { title: "false", all: false, expected: ["pass"] },
  { title: "absent, which is false", all: null, expected: ["pass"] },
  { title: "unreadable", all: 1, expected: ["unknown"] },
])("allow_all_scopes $title: $expected", ({ all, expected }) => {
  const grant = aGrant({ audience: ORDERS, scope: null, allow_all_scopes: all });

  expect(verdicts(evaluateCheck(check, { clientGrants: [grant] }))).toEqual(expected);
});

test("one application's grant does not speak for another's", () => {
  const grants = [
    aGrant({ id: "cgr_1", audience: ORDERS, allow_all_scopes: true }),
    aGrant({ id: "cgr_2", audience: ORDERS, client_id: "client-2" }),
  ];

  expect(evaluateCheck(check, { clientGrants: grants })).toMatchObject([
    { resource: { id: "cgr_1" }, verdict: "fail" },
    { resource: { id: "cgr_2" }, verdict: "pass" },
  ]);
});
