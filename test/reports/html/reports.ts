import { CATALOGUE } from "../../../lib/checks/catalogue.ts";
import type { ExceptionConfig } from "../../../lib/config/schema.ts";
import { type ListedException, listExceptions } from "../../../lib/findings/list-exceptions.ts";
import type { TenantAudit } from "../../../lib/findings/tenant-audit.ts";
import type { Finding } from "../../../lib/model/finding.ts";
import type { AuditReport } from "../../../lib/reports/audit-report.ts";
import { renderHtml } from "../../../lib/reports/html.ts";
import { finding as aFinding, audit as anAudit } from "../../support/reports.ts";

/** A finding about the token lifetime of an API, first in the order of ids. */
export const finding = (fields: Partial<Finding> = {}): Finding => aFinding({ id: "f_1", ...fields });

/** A tenant that was audited completely, with something in every part of the page. */
export const audit = (fields: Partial<TenantAudit> = {}): TenantAudit =>
  anAudit({
    finishedAt: "2026-11-23T06:00:01.500Z",
    traffic: { requests: 1_234, retries: 2, throttled: 0 },
    inventory: { tenantSettings: { status: "complete", count: 1 }, resourceServers: { status: "complete", count: 40 } },
    checks: [
      { id: "expiry.api.access-token-lifetime", status: "fail", evaluated: 40, failed: 3 },
      { id: "expiry.session.idle", status: "pass", evaluated: 1, failed: 0 },
      { id: "expiry.session.persistent-cookie", status: "off" },
    ],
    evidence: { clientId: "auditor-of-acme", scopes: ["read:clients", "read:tenant_settings"] },
    ...fields,
  });

/** A tenant of which half could be read. */
export const halfRead: TenantAudit = audit({
  tenant: "half-open",
  domain: "half.eu.auth0.com",
  status: "incomplete",
  inventory: {
    tenantSettings: { status: "complete", count: 1 },
    resourceServers: { status: "unavailable", reason: "missing-scope", detail: "read:resource_servers" },
  },
  checks: [
    {
      id: "expiry.api.access-token-lifetime",
      status: "not-evaluated",
      reason: "missing-scope",
      detail: "read:resource_servers",
    },
    { id: "expiry.session.idle", status: "pass", evaluated: 1, failed: 0 },
    { id: "expiry.session.persistent-cookie", status: "off" },
  ],
});

/** A tenant that nothing is known of. */
export const failed: TenantAudit = audit({
  tenant: "locked-out",
  domain: "locked.eu.auth0.com",
  status: "failed",
  reason: "credentials-refused",
  detail: "Auth0 refused the client curfew-auditor; store its new secret.",
  inventory: {},
  checks: [],
  findings: [],
});

/** One report of these tenants. */
export const report = (...tenants: TenantAudit[]): AuditReport => ({
  schemaVersion: 1,
  generatedAt: "2026-11-23T06:00:02.000Z",
  profile: "baseline",
  tenants,
  exceptions: [
    ...listExceptions(tenants, { exceptions: EXCEPTIONS }, Date.parse("2026-11-23T06:00:02.000Z")),
    ...tenants.flatMap(acceptedIn),
  ],
});

/** The exceptions that the findings of a tenant name. */
const acceptedIn = ({ tenant, findings }: TenantAudit): ListedException[] =>
  findings.flatMap(({ check, resource, exception }) =>
    exception
      ? { check, tenant, resource: resource.id, name: resource.name, accepts: 1, unknown: null, ...exception }
      : [],
  );

/** One that ends today, one that has ended, one that accepts nothing, and one of a tenant that was not audited. */
const EXCEPTIONS: readonly ExceptionConfig[] = [
  {
    check: "expiry.session.idle",
    tenant: "half-open",
    resource: "half.eu.auth0.com",
    reason: "Old contract",
    owner: "lee@acme.example",
    expires: "2026-11-22",
  },
  {
    check: "expiry.api.access-token-lifetime",
    tenant: "half-open",
    resource: "*",
    reason: "Until the move",
    owner: "kim@acme.example",
    expires: "2026-11-23",
  },
  {
    check: "expiry.session.absolute",
    tenant: "locked-out",
    resource: "*",
    reason: "Night shift",
    owner: "ann@acme.example",
    expires: "2026-11-24",
  },
  {
    check: "expiry.session.absolute",
    tenant: "elsewhere",
    resource: "*",
    reason: "Not audited",
    owner: "bo@acme.example",
    expires: "2027-11-24",
  },
];

/** The page of a report. */
export const page = (...tenants: TenantAudit[]): string => renderHtml(report(...tenants), { checks: CATALOGUE });

/** As many findings about APIs, and one about sessions that somebody has accepted. */
export const findings = (count: number): Finding[] => [
  ...Array.from({ length: count }, (_, index) =>
    finding({
      id: `f_api_${index}`,
      severity: index % 2 === 0 ? "high" : "medium",
      resource: { type: "resource-server", id: `api-${index}`, name: `API number ${index}` },
      observed: (index + 2) * 86_400,
      message: `Access tokens live ${index + 2} d; the limit is 24 h.`,
    }),
  ),
  finding({
    id: "f_cookie",
    check: "expiry.session.persistent-cookie",
    severity: "low",
    status: "excepted",
    resource: { type: "tenant", id: "acme.eu.auth0.com", name: "acme" },
    observed: null,
    limit: null,
    unit: null,
    message: "The session cookie survives closing the browser.",
    exception: { reason: "Kiosks need it, SEC-112", owner: "dana@acme.example", expires: "2026-12-03" },
  }),
];

/** One of each: something found, something accepted, something unread, somebody locked out. */
export const everything = (count = 40): TenantAudit[] => [audit({ findings: findings(count) }), halfRead, failed];

/** Names that strangers have given their applications. Each sets a canary if a browser takes it for more than text. */
export const HOSTILE_NAMES: readonly string[] = [
  "</script><script>window.__owned = 1</script>",
  "</style><script>window.__owned = 1</script>",
  "</title></bdi></table></details><img src=x onerror='window.__owned = 1'>",
  // A browser takes white space for the end of a tag's name, so that the next one needs no ">" to end a block.
  "</script \n<svg onload=window.__owned=1 ",
  "<!--<script>",
  "-->]]>{{constructor.constructor('window.__owned = 1')()}}",
  '" onmouseover="window.__owned = 1" autofocus onfocus="window.__owned = 1" x="',
  "' style='background:url(//evil.example/x)' '",
  "`;window.__owned = 1;`",
  "<svg/onload=window.__owned=1>",
  "<a href=javascript:window.__owned=1>Sign in again</a>",
  "<meta http-equiv=refresh content=0;url=//evil.example>",
  "&lt;script&gt; &amp; &#0; &nbsp",
  "control \u0000\u0007\u001b[2J\u007f\u0085 characters\r\n\there",
  "turned \u202Egnp.exe\u202C and \u2066isolated\u2069",
  "separated\u2028and\u2029again \uFEFF\u200B\u00AD",
  "half \uD83D and \uDE00 of a pair",
  '=HYPERLINK("https://evil.example","click")',
  "W".repeat(10_000),
  "\u0300".repeat(500),
  `Pay${"\u0316\u0300".repeat(60)}roll${"\u20DD".repeat(40)}`,
  "\u115F\u1160\u3164\uFFA0\u2800",
  "نظام الدفع ‏ שלום",
];
