import { byUrgency, evaluate } from "../findings/evaluate.ts";
import { reviewExceptions } from "../findings/review-exceptions.ts";
import type { TenantAudit } from "../findings/tenant-audit.ts";
import type { AuditRules } from "./audit-tenant.ts";

/** Who reads a tenant does not matter to an exception. */
const NOBODY = { clientId: "", scopes: undefined };

/** Adds to each audit what the checks over exceptions say, once the findings of all tenants are known. */
export function judgeExceptions(audits: readonly TenantAudit[], rules: AuditRules): TenantAudit[] {
  const now = rules.clock.now();
  const reviewed = reviewExceptions(audits, rules.exceptions, now);
  return audits.map((audit) => {
    const exceptions = reviewed.get(audit.tenant);
    if (!exceptions) return audit; // the tenant failed
    const { checks, findings } = evaluate({
      tenant: { name: audit.tenant, domain: audit.domain },
      checks: rules.checks,
      policy: rules.policy,
      inventory: {},
      auditor: NOBODY,
      exceptions,
      now,
    });
    return {
      ...audit,
      checks: [...audit.checks, ...checks].sort((a, b) => (a.id < b.id ? -1 : 1)),
      findings: [...audit.findings, ...findings].sort(byUrgency),
    };
  });
}
