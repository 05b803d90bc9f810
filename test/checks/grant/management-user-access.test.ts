import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/management-user-access.ts";
import { aManagementApi, aResourceServer } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const withPolicy = (policy: unknown) => ({ subject_type_authorization: { user: { policy } } });

const judge = (answer: Record<string, unknown>) =>
  verdicts(
    evaluateCheck(check, { resourceServers: [aResourceServer(withPolicy("allow_all")), aManagementApi(answer)] }),
  );

test.each([
  { title: "allow_all", answer: withPolicy("allow_all"), expected: ["high"] },
  { title: "require_client_grant", answer: withPolicy("require_client_grant"), expected: ["pass"] },
  { title: "deny_all", answer: withPolicy("deny_all"), expected: ["pass"] },
  { title: "neither of the closed ones", answer: withPolicy("allow_some"), expected: ["high"] },
  { title: "absent", answer: {}, expected: ["unknown"] },
  { title: "null", answer: withPolicy(null), expected: ["unknown"] },
  {
    title: "absent for users",
    answer: { subject_type_authorization: { client: { policy: "deny_all" } } },
    expected: ["unknown"],
  },
  { title: "unreadable", answer: withPolicy(1), expected: ["unknown"] },
  {
    title: "unreadable for users",
    answer: { subject_type_authorization: { user: "deny_all" } },
    expected: ["unknown"],
  },
  { title: "unreadable altogether", answer: { subject_type_authorization: "deny_all" }, expected: ["unknown"] },
])("a user policy that is $title: $expected", ({ answer, expected }) => {
  expect(judge(answer)).toEqual(expected);
});

test("without the Management API in the list nothing is known", () => {
  expect(evaluateCheck(check, { resourceServers: [aResourceServer(withPolicy("deny_all"))] })).toEqual([
    {
      resource: { type: "tenant", id: "acme.eu.auth0.com", name: "acme.eu.auth0.com" },
      verdict: "unknown",
      reason: "not-reported",
      detail: "the Management API is not among the tenant's APIs",
    },
  ]);
});

test("the Management API is known by its identifier, not by a flag", () => {
  const server = aManagementApi({ ...withPolicy("allow_all"), is_system: null });

  expect(verdicts(evaluateCheck(check, { resourceServers: [server] }))).toEqual(["high"]);
});

test("by Auth0's own measure, its default is a note", () => {
  const sections = { resourceServers: [aManagementApi(withPolicy("allow_all"))] };

  expect(verdicts(evaluateCheck(check, sections, "auth0-default"))).toEqual(["info"]);
});
