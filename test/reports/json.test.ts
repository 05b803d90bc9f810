import { expect, it } from "vitest";
import { renderJson } from "../../lib/reports/json.ts";
import { audit, report } from "../support/reports.ts";

const reportOn = (tenant: string) => report(audit({ tenant, evidence: { clientId: "auditor", scopes: [] } }));

it("writes what a terminal may obey in JSON's own escapes, and means the same", () => {
  const hostile = "\u0007\u009b31m\u202egpj\u2028\u2029\u200b\u{e0001}é😀";

  const text = renderJson(reportOn(hostile));

  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u);
  expect(JSON.parse(text).tenants[0].tenant).toBe(hostile);
  expect(text).toContain("é😀");
});

it("keeps what is only for people out of the documented shape", () => {
  expect(renderJson(reportOn("acme"))).not.toMatch(/evidence|exceptions/);
});
