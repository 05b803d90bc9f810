import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/tenant-refresh-revocation-keeps-grant.ts";
import { someTenantSettings } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "deletes the grant", flags: { revoke_refresh_token_grant: true }, expected: ["pass"] },
  { title: "keeps the grant", flags: { revoke_refresh_token_grant: false }, expected: ["info"] },
  { title: "is not mentioned, and so keeps it", flags: {}, expected: ["info"] },
  { title: "is not mentioned without flags", flags: undefined, expected: ["info"] },
  { title: "is unreadable", flags: { revoke_refresh_token_grant: 0 }, expected: ["unknown"] },
  { title: "is among unreadable flags", flags: "x", expected: ["unknown"] },
])("a revocation that $title: $expected", ({ flags, expected }) => {
  expect(verdicts(evaluateCheck(check, { tenantSettings: someTenantSettings({ flags }) }))).toEqual(expected);
});
