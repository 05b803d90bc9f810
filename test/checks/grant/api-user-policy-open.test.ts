import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/api-user-policy-open.ts";
import { aManagementApi, aResourceServer } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const withPolicy = (policy: unknown) => ({ subject_type_authorization: { user: { policy } } });

test.each([
  { title: "allow_all", answer: withPolicy("allow_all"), expected: ["medium"] },
  { title: "require_client_grant", answer: withPolicy("require_client_grant"), expected: ["pass"] },
  { title: "deny_all", answer: withPolicy("deny_all"), expected: ["pass"] },
  { title: "absent, which is allow_all", answer: {}, expected: ["medium"] },
  { title: "null, which is absent", answer: withPolicy(null), expected: ["medium"] },
  { title: "one nobody documented", answer: withPolicy("allow_some"), expected: ["unknown"] },
  { title: "unreadable", answer: withPolicy(true), expected: ["unknown"] },
  { title: "unreadable altogether", answer: { subject_type_authorization: [] }, expected: ["unknown"] },
])("a user policy that is $title: $expected", ({ answer, expected }) => {
  expect(verdicts(evaluateCheck(check, { resourceServers: [aResourceServer(answer)] }))).toEqual(expected);
});

test("Auth0's own APIs are left out", () => {
  const servers = [
    aManagementApi(withPolicy("allow_all")),
    aResourceServer({ ...withPolicy("allow_all"), is_system: true }),
  ];

  expect(evaluateCheck(check, { resourceServers: servers })).toEqual([]);
});

test("by Auth0's own measure, its default is a note", () => {
  expect(verdicts(evaluateCheck(check, { resourceServers: [aResourceServer()] }, "auth0-default"))).toEqual(["info"]);
});

test("a message says where the policy comes from when nobody set it", () => {
  expect(evaluateCheck(check, { resourceServers: [aResourceServer()] })).toMatchObject([
    { message: "Any application may get tokens for the API in a user's name, without a grant (Auth0's default)." },
  ]);
});
