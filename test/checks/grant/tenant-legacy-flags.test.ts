import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/grant/tenant-legacy-flags.ts";
import { someTenantSettings } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const FLAGS = [
  "enable_idtoken_api2",
  "allow_legacy_ro_grant_types",
  "allow_legacy_delegation_grant_types",
  "allow_legacy_tokeninfo_endpoint",
] as const;

const judge = (flags: unknown) => evaluateCheck(check, { tenantSettings: someTenantSettings({ flags }) });

describe.each(FLAGS)("%s", (flag) => {
  test.each([
    { value: true, expected: "high" },
    { value: false, expected: "pass" },
    { value: undefined, expected: "pass" },
    { value: null, expected: "pass" },
    { value: "true", expected: "unknown" },
    { value: 1, expected: "unknown" },
    { value: [], expected: "unknown" },
  ])("$value: $expected", ({ value, expected }) => {
    const outcomes = judge({ [flag]: value, universal_login: true });

    expect(outcomes.map(({ aspect }) => aspect)).toEqual(FLAGS);
    expect(verdicts(outcomes.filter(({ aspect }) => aspect === flag))).toEqual([expected]);
    expect(verdicts(outcomes.filter(({ aspect }) => aspect !== flag))).toEqual(["pass", "pass", "pass"]);
  });
});

test.each([
  { title: "absent", flags: undefined, expected: "pass" },
  { title: "null", flags: null, expected: "pass" },
  { title: "unreadable", flags: "none", expected: "unknown" },
  { title: "a list", flags: [true], expected: "unknown" },
])("flags that are $title: $expected for each", ({ flags, expected }) => {
  expect(verdicts(judge(flags))).toEqual(FLAGS.map(() => expected));
});

test("a finding is about the tenant and names the flag and what it keeps open", () => {
  expect(judge({ allow_legacy_ro_grant_types: true })).toContainEqual({
    resource: { type: "tenant", id: "acme.eu.auth0.com", name: "acme.eu.auth0.com" },
    aspect: "allow_legacy_ro_grant_types",
    verdict: "fail",
    severity: "high",
    message:
      "allow_legacy_ro_grant_types is on: the old endpoint /oauth/ro still takes people's passwords from applications.",
  });
});
