import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/api-management-token-lifetime.ts";
import { aManagementApi, aResourceServer, DOMAIN } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "exactly 1 h", server: { token_lifetime: 3_600 }, expected: ["pass"] },
  { title: "a second above 1 h", server: { token_lifetime: 3_601 }, expected: ["low"] },
  { title: "exactly 24 h", server: { token_lifetime: 86_400 }, expected: ["low"] },
  { title: "a second above 24 h", server: { token_lifetime: 86_401 }, expected: ["high"] },
  { title: "absent, which is 24 h", server: {}, expected: ["low"] },
  { title: "not a number", server: { token_lifetime: {} }, expected: ["unknown"] },
  { title: "without is_system", server: { token_lifetime: 86_401, is_system: null }, expected: ["high"] },
])("the Management API's token lifetime: $title gives $expected", ({ server, expected }) => {
  const resourceServers = [aResourceServer({ token_lifetime: 2_592_000 }), aManagementApi(server)];

  expect(verdicts(evaluateCheck(check, { resourceServers }))).toEqual(expected);
});

test("Auth0's default is no finding by Auth0's own measure", () => {
  expect(verdicts(evaluateCheck(check, { resourceServers: [aManagementApi()] }, "auth0-default"))).toEqual(["pass"]);
});

test.each([
  { title: "a tenant without APIs", resourceServers: [] },
  {
    title: "another tenant's Management API",
    resourceServers: [aManagementApi({ identifier: "https://other.eu.auth0.com/api/v2/" })],
  },
  { title: "an unreadable identifier", resourceServers: [aManagementApi({ identifier: 1 })] },
])("$title leaves the tenant's own Management API unknown, not clean", ({ resourceServers }) => {
  expect(evaluateCheck(check, { resourceServers })).toMatchObject([
    { verdict: "unknown", resource: { type: "tenant", id: DOMAIN } },
  ]);
});
