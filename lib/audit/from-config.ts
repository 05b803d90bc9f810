import type { Check } from "../checks/define-check.ts";
import { matchException } from "../config/exceptions.ts";
import { resolvePolicy } from "../config/policy.ts";
import { loginFrom, type SecretSources } from "../config/references.ts";
import type { Config, ExceptionConfig, TenantConfig } from "../config/schema.ts";
import type { Clock } from "../model/clock.ts";
import type { Finding } from "../model/finding.ts";
import type { AuditRules, AuditTarget } from "./audit-tenant.ts";

/** The tenants to audit, as configured. Secrets are fetched when a tenant's turn comes, not before. */
export function auditTargets(tenants: readonly TenantConfig[], sources: SecretSources): AuditTarget[] {
  return tenants.map(({ name, domain, origin, plan, auditor }) => ({
    name,
    domain,
    plan,
    login: () => loginFrom(auditor, domain, sources),
    ...(origin === undefined ? {} : { origin }),
  }));
}

/** The rules to audit by, as configured. */
export function auditRules(config: Config, checks: readonly Check[], clock: Clock): AuditRules {
  return {
    checks,
    policy: resolvePolicy(config.policy, checks),
    accept: (findings, tenant, now) => findings.map((finding) => accept(finding, tenant, config.exceptions, now)),
    clock,
  };
}

/** Marks a finding that somebody has accepted. */
function accept(finding: Finding, tenant: string, exceptions: readonly ExceptionConfig[], now: number): Finding {
  const match = matchException({ check: finding.check, resourceId: finding.resource.id }, tenant, exceptions, now);
  if (!match) return finding;
  const { reason, owner, expires } = match;
  return { ...finding, status: "excepted", exception: { reason, owner, expires } };
}
