import type { ReviewedException } from "../checks/define-check.ts";
import { covers, exceptionState, unmatchedExceptions } from "../config/exceptions.ts";
import type { ExceptionConfig } from "../config/schema.ts";
import type { Finding } from "../model/finding.ts";
import type { TenantAudit } from "./tenant-audit.ts";

/** The exceptions of a configuration, and for whom they are. */
export interface ExceptionRules {
  exceptions: readonly ExceptionConfig[];
  /** The names of all configured tenants: one exception may be for all of them. */
  tenants: readonly string[];
  /**
   * Set where only some of the tenants are audited together: whether an exception for all tenants is known to accept
   * nothing in the others. Left out, that is known when all tenants are among the audited ones.
   */
  isUnmatchedElsewhere?: (exception: ExceptionConfig) => boolean;
}

/**
 * Says for every audited tenant which exceptions concern it, and where each stands.
 *
 * One for a single tenant concerns that tenant. One for all tenants concerns those where it accepts something, and
 * where it accepts nothing the first tenant that was audited, so that it is told once. That it accepts nothing can
 * only be said of checks that were evaluated, and of all tenants only when all were audited.
 *
 * @param now milliseconds since the epoch
 */
export function reviewExceptions(
  audits: readonly TenantAudit[],
  rules: ExceptionRules,
  now: number,
): ReadonlyMap<string, ReviewedException[]> {
  const audited = audits.filter(({ status }) => status !== "failed");
  const unmatched = new Set(unmatchedIn(audited, rules));
  const reviewed = new Map(audited.map(({ tenant }): [string, ReviewedException[]] => [tenant, []]));
  for (const exception of rules.exceptions) {
    const matchesNothing = unmatched.has(exception);
    const state = exceptionState(exception, now);
    const told = state !== "expired" && matchesNothing ? "unmatched" : state;
    const { owner, expires } = exception;
    for (const audit of concernedBy(exception, audited)) {
      const findings = matchesNothing ? "none" : standingOf(matchesIn(audit, exception));
      reviewed.get(audit.tenant)?.push({ id: exceptionId(exception), state: told, findings, owner, expires });
    }
  }
  return reviewed;
}

/** One open finding is enough: somebody has to look. Without a finding nobody knows, for the check was not evaluated. */
function standingOf(matches: readonly Finding[]): ReviewedException["findings"] {
  if (matches.length === 0) return "unknown";
  return matches.some(({ status }) => status === "open") ? "open" : "accepted";
}

/** Identifies an exception. The parts are kept apart by a character that no check id and no tenant name can hold. */
export const exceptionId = ({ check, tenant, resource }: ExceptionConfig): string =>
  `${check}/${tenant ?? "*"}/${resource}`;

function concernedBy(exception: ExceptionConfig, audited: readonly TenantAudit[]): readonly TenantAudit[] {
  if (exception.tenant !== undefined) return audited.filter(({ tenant }) => tenant === exception.tenant);
  const accepting = audited.filter((audit) => matchesIn(audit, exception).length > 0);
  return accepting.length > 0 ? accepting : audited.slice(0, 1);
}

/** The findings of a tenant that an exception is meant for, whether it still holds or not. */
export const matchesIn = ({ tenant, findings }: TenantAudit, exception: ExceptionConfig): Finding[] =>
  findings.filter(({ check, resource }) => covers(exception, { check, resourceId: resource.id }, tenant));

function unmatchedIn(
  audited: readonly TenantAudit[],
  { exceptions, tenants, isUnmatchedElsewhere }: ExceptionRules,
): ExceptionConfig[] {
  const isWhole = tenants.every((name) => audited.some(({ tenant }) => tenant === name));
  const judgeable = exceptions.filter(
    (exception) => exception.tenant !== undefined || (isUnmatchedElsewhere?.(exception) ?? isWhole),
  );
  return unmatchedExceptions(
    judgeable,
    audited.map((audit) => ({
      tenant: audit.tenant,
      evaluated: new Set(
        audit.checks.filter(({ status }) => status === "pass" || status === "fail").map(({ id }) => id),
      ),
      findings: audit.findings.map(({ check, resource }) => ({ check, resourceId: resource.id })),
    })),
  );
}
