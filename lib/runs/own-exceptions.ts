import type { ExceptionConfig } from "../config/schema.ts";
import type { RunRecord } from "../findings/ledger/run-record.ts";
import { type ExceptionRules, exceptionId, matchesIn } from "../findings/review-exceptions.ts";
import type { TenantAudit } from "../findings/tenant-audit.ts";

/** What the last run of another tenant says about exceptions for all tenants; undefined where there was none. */
export type Elsewhere = Pick<RunRecord, "evaluated" | "matchedExceptions"> | undefined;

/** The exceptions for all tenants that accept something in one tenant, by id. */
export function matchedExceptions(audit: TenantAudit, exceptions: readonly ExceptionConfig[]): string[] {
  return exceptions
    .filter((exception) => exception.tenant === undefined && matchesIn(audit, exception).length > 0)
    .map(exceptionId);
}

/**
 * The exceptions to judge with one tenant that is audited alone.
 *
 * Its own ones, and those for all tenants that accept something here. One that accepts nothing here must still be told
 * once, so the tenant that stands first in the configuration is its home: there it is judged by what the last runs of
 * the other tenants found, unless it accepted something in one of them.
 *
 * @param others for the home tenant, what is known of every other tenant; undefined for all but the home
 */
export function ownExceptions(
  audit: TenantAudit,
  { exceptions }: Pick<ExceptionRules, "exceptions">,
  others: readonly Elsewhere[] | undefined,
): ExceptionRules {
  const matched = new Set(matchedExceptions(audit, exceptions));
  const isOurs = (exception: ExceptionConfig): boolean => {
    if (exception.tenant !== undefined) return exception.tenant === audit.tenant;
    const id = exceptionId(exception);
    // Where another tenant's matches are not known, better told in two tenants than in none.
    return matched.has(id) || (others?.every((other) => !other?.matchedExceptions?.includes(id)) ?? false);
  };
  return {
    exceptions: exceptions.filter(isOurs),
    tenants: [audit.tenant],
    isUnmatchedElsewhere: ({ check }) => others?.every((other) => isKnownOf(other, check)) ?? false,
  };
}

/** True where the other tenant's run would have said that an exception of this check accepts something there. */
const isKnownOf = (other: Elsewhere, check: string): boolean =>
  other !== undefined && other.matchedExceptions !== null && other.evaluated.includes(check);
