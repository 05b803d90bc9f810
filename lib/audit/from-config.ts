import type { Check } from "../checks/define-check.ts";
import { LOGINS } from "../config/logins.ts";
import { resolvePolicy } from "../config/policy.ts";
import { loginFrom, type SecretSources } from "../config/references.ts";
import type { Config, TenantConfig } from "../config/schema.ts";
import type { HistoryParts, LookedAfter } from "../history/read-history.ts";
import type { Clock } from "../model/clock.ts";
import { hours } from "../model/duration.ts";
import type { AuditRules, AuditTarget } from "./audit-tenant.ts";

/** The tenants to audit, as configured. */
export const auditTargets = (tenants: readonly TenantConfig[], sources: SecretSources): AuditTarget[] =>
  tenants.map((tenant) => auditTarget(tenant, sources));

/** A tenant to audit, as configured. Its secret is fetched when its turn comes, not before. */
export function auditTarget(
  { name, domain, origin, plan, auditor, responder, spareResponder }: TenantConfig,
  sources: SecretSources,
): AuditTarget {
  return {
    name,
    domain,
    plan,
    responders: [responder, spareResponder].flatMap((login) => login?.clientId ?? []),
    login: () => loginFrom(auditor, domain, sources),
    ...(origin === undefined ? {} : { origin }),
  };
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

/**
 * What a history is read by, as far as the configuration says it.
 *
 * @param auditIntervalHours the longest time between two scheduled audits; undefined without a schedule
 */
export function historyRules(
  tenants: readonly TenantConfig[],
  auditIntervalHours: number | undefined,
): Pick<HistoryParts, "lookedAfter" | "interval"> {
  const byName = new Map(tenants.map((tenant) => [tenant.name, tenant]));
  return {
    lookedAfter: (name) => lookedAfter(byName.get(name)),
    ...(auditIntervalHours === undefined ? {} : { interval: hours(auditIntervalHours) }),
  };
}

function lookedAfter(tenant: TenantConfig | undefined): LookedAfter {
  if (!tenant) return { credentials: [], own: [] };
  const { credentials } = tenant;
  return { credentials, own: LOGINS.flatMap((login) => tenant[login]?.clientId ?? []) };
}
