import type { Check } from "../checks/define-check.ts";
import { resolvePolicy } from "../config/policy.ts";
import { loginFrom, type SecretSources } from "../config/references.ts";
import type { Config, TenantConfig } from "../config/schema.ts";
import type { Clock } from "../model/clock.ts";
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
    exceptions: { exceptions: config.exceptions, tenants: config.tenants.map(({ name }) => name) },
    clock,
  };
}
