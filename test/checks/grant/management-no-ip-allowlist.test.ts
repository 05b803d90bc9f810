import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/grant/management-no-ip-allowlist.ts";
import { aNetworkAcl } from "../../support/grants.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const judge = (...networkAcls: ReturnType<typeof aNetworkAcl>[]) => evaluateCheck(check, { networkAcls });

test.each([
  { title: "active, for the Management API", acl: aNetworkAcl(), expected: ["pass"] },
  { title: "that redirects", acl: aNetworkAcl({}, { action: { redirect: true } }), expected: ["pass"] },
  { title: "inactive", acl: aNetworkAcl({ active: false }), expected: ["medium"] },
  { title: "inactive and without a rule", acl: aNetworkAcl({ active: false }, null), expected: ["medium"] },
  { title: "for the whole tenant", acl: aNetworkAcl({}, { scope: "tenant" }), expected: ["medium"] },
  { title: "for logins", acl: aNetworkAcl({}, { scope: "authentication" }), expected: ["medium"] },
  { title: "without a scope", acl: aNetworkAcl({}, { scope: null }), expected: ["medium"] },
  { title: "that only monitors", acl: aNetworkAcl({}, { action: { log: true } }), expected: ["medium"] },
  {
    title: "that would block, in monitoring mode",
    acl: aNetworkAcl({}, { action: { block: true, log: true } }),
    expected: ["medium"],
  },
  {
    title: "whose monitoring is off",
    acl: aNetworkAcl({}, { action: { block: true, log: false } }),
    expected: ["pass"],
  },
  {
    title: "that allows some, and blocks nobody",
    acl: aNetworkAcl({}, { action: { allow: true } }),
    expected: ["medium"],
  },
  {
    title: "that would allow some, in monitoring mode",
    acl: aNetworkAcl({}, { action: { allow: true, log: true } }),
    expected: ["medium"],
  },
  { title: "without an action", acl: aNetworkAcl({}, { action: null }), expected: ["unknown"] },
  {
    title: "with an action that nobody documented",
    acl: aNetworkAcl({}, { action: { challenge: true } }),
    expected: ["unknown"],
  },
  { title: "that does not say whether it is active", acl: aNetworkAcl({ active: null }), expected: ["unknown"] },
  { title: "that is active in an unreadable way", acl: aNetworkAcl({ active: "yes" }), expected: ["unknown"] },
  { title: "without a rule", acl: aNetworkAcl({}, null), expected: ["unknown"] },
  { title: "with an unreadable rule", acl: aNetworkAcl({ rule: "block" }), expected: ["unknown"] },
  { title: "with an unreadable scope", acl: aNetworkAcl({}, { scope: 1 }), expected: ["unknown"] },
  { title: "with an unreadable action", acl: aNetworkAcl({}, { action: "block" }), expected: ["unknown"] },
  {
    title: "for logins, not saying whether it is active",
    acl: aNetworkAcl({ active: null }, { scope: "authentication" }),
    expected: ["medium"],
  },
])("one network ACL $title: $expected", ({ acl, expected }) => {
  expect(verdicts(judge(acl))).toEqual(expected);
});

describe("several", () => {
  const unreadable = aNetworkAcl({ id: "acl_2", active: "yes" });

  test("none at all is one finding about the tenant", () => {
    expect(judge()).toEqual([
      {
        resource: { type: "tenant", id: "acme.eu.auth0.com", name: "acme.eu.auth0.com" },
        verdict: "fail",
        severity: "medium",
        message: "No active network ACL guards the Management API, so a token works from everywhere.",
      },
    ]);
  });

  test("one that guards is enough, in whatever order", () => {
    expect(verdicts(judge(unreadable, aNetworkAcl()))).toEqual(["pass"]);
    expect(verdicts(judge(aNetworkAcl(), unreadable))).toEqual(["pass"]);
  });

  test("one that cannot be read may be the one that guards", () => {
    expect(verdicts(judge(aNetworkAcl({ active: false }), unreadable))).toEqual(["unknown"]);
  });

  test("one that allows our own needs another that blocks the rest", () => {
    const allowing = aNetworkAcl({ id: "acl_2" }, { action: { allow: true } });

    expect(verdicts(judge(allowing, aNetworkAcl()))).toEqual(["pass"]);
    expect(judge(allowing)).toMatchObject([{ message: expect.stringContaining("only allows") }]);
  });

  test("a monitoring one is mentioned", () => {
    expect(
      judge(aNetworkAcl({ active: false }), aNetworkAcl({ id: "acl_2" }, { action: { log: true } })),
    ).toMatchObject([
      { message: "The network ACL for the Management API only monitors: it logs requests and blocks none." },
    ]);
  });
});

test("by Auth0's own measure, a tenant without rules is a note", () => {
  expect(verdicts(evaluateCheck(check, { networkAcls: [] }, "auth0-default"))).toEqual(["info"]);
});
