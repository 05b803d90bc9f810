import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/session-persistent-cookie.ts";
import { someTenantSettings } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "non-persistent", settings: { session_cookie: { mode: "non-persistent" } }, expected: ["pass"] },
  { title: "persistent", settings: { session_cookie: { mode: "persistent" } }, expected: ["info"] },
  { title: "of no mode, which is persistent", settings: { session_cookie: {} }, expected: ["info"] },
  { title: "absent, which is persistent", settings: {}, expected: ["info"] },
  { title: "null, which is absent", settings: { session_cookie: null }, expected: ["info"] },
  { title: "of an unreadable mode", settings: { session_cookie: { mode: 1 } }, expected: ["unknown"] },
  { title: "unreadable", settings: { session_cookie: "non-persistent" }, expected: ["unknown"] },
])("a session cookie $title: $expected", ({ settings, expected }) => {
  expect(verdicts(evaluateCheck(check, { tenantSettings: someTenantSettings(settings) }))).toEqual(expected);
});
