import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/tenant-open-dcr.ts";
import { someTenantSettings } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "on", flags: { enable_dynamic_client_registration: true }, expected: ["medium"] },
  { title: "off", flags: { enable_dynamic_client_registration: false }, expected: ["pass"] },
  { title: "absent, which is off", flags: {}, expected: ["pass"] },
  { title: "null, which is absent", flags: { enable_dynamic_client_registration: null }, expected: ["pass"] },
  { title: "without any flags, which is off", flags: undefined, expected: ["pass"] },
  { title: "unreadable", flags: { enable_dynamic_client_registration: "off" }, expected: ["unknown"] },
  { title: "among unreadable flags", flags: 5, expected: ["unknown"] },
])("dynamic client registration $title: $expected", ({ flags, expected }) => {
  expect(verdicts(evaluateCheck(check, { tenantSettings: someTenantSettings({ flags }) }))).toEqual(expected);
});
