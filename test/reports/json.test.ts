import { expect, it } from "vitest";
import type { AuditReport } from "../../lib/reports/audit-report.ts";
import { renderJson } from "../../lib/reports/json.ts";

const report = (name: string): AuditReport => ({
  schemaVersion: 1,
  generatedAt: "2026-11-23T06:00:00.000Z",
  profile: "baseline",
  tenants: [
    {
      tenant: name,
      domain: "acme.eu.auth0.com",
      status: "complete",
      reason: null,
      detail: null,
      startedAt: "",
      finishedAt: "",
      traffic: { requests: 0, retries: 0, throttled: 0 },
      inventory: {},
      checks: [],
      findings: [],
      evidence: { clientId: "auditor", scopes: [] },
    },
  ],
});

it("writes what a terminal may obey in JSON's own escapes, and means the same", () => {
  const hostile = "\u0007\u009b31m\u202egpj\u2028\u2029\u200b\u{e0001}é😀";

  const text = renderJson(report(hostile));

  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u);
  expect(JSON.parse(text).tenants[0].tenant).toBe(hostile);
  expect(text).toContain("é😀");
});

it("keeps what is only for people out of the documented shape", () => {
  expect(renderJson(report("acme"))).not.toContain("evidence");
});
