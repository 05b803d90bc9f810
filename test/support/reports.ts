import { findCheck } from "../../lib/checks/catalogue.ts";
import type { ExceptionConfig } from "../../lib/config/schema.ts";
import type { TenantAudit } from "../../lib/findings/tenant-audit.ts";
import type { Finding } from "../../lib/model/finding.ts";
import type { AuditReport } from "../../lib/reports/audit-report.ts";

/** The check that most findings of these tests are about; it has two bands. */
export const CHECK = "expiry.api.access-token-lifetime";

/** A finding about the token lifetime of an API. */
export const finding = (fields: Partial<Finding> = {}): Finding => ({
  id: "f_0123456789abcdef01234567",
  check: CHECK,
  severity: "high",
  status: "open",
  resource: { type: "resource-server", id: "api-1", name: "Orders API" },
  aspect: null,
  observed: 2_592_000,
  limit: 86_400,
  unit: "seconds",
  message: "Access tokens live 30 d; the limit is 24 h.",
  remediation: findCheck(fields.check ?? CHECK)?.remediation.summary ?? "Look into it.",
  exception: null,
  ...fields,
});

/** A tenant that was audited completely. */
export const audit = (fields: Partial<TenantAudit> = {}): TenantAudit => ({
  tenant: "acme-prod",
  domain: "acme.eu.auth0.com",
  status: "complete",
  reason: null,
  detail: null,
  startedAt: "2026-11-23T06:00:00.000Z",
  finishedAt: "2026-11-23T06:00:01.000Z",
  traffic: { requests: 12, retries: 0, throttled: 0 },
  inventory: {},
  checks: [],
  findings: [],
  ...fields,
});

/** An exception for every API of all tenants, on its last day. */
export const exception = (fields: Partial<ExceptionConfig> = {}): ExceptionConfig => ({
  check: CHECK,
  resource: "*",
  reason: "Reviewed in SEC-112",
  owner: "dana@acme.example",
  expires: "2026-11-23",
  ...fields,
});

/** The report on some tenants. */
export const report = (...tenants: TenantAudit[]): AuditReport => ({
  schemaVersion: 1,
  generatedAt: "2026-11-23T06:00:02.000Z",
  profile: "baseline",
  tenants,
  exceptions: [],
});
