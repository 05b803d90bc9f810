import { daysBetween, startOfDay } from "./calendar.ts";
import type { ExceptionConfig } from "./schema.ts";

/** What an exception is matched against. */
interface ExceptedFinding {
  check: string;
  /** The id of the finding's resource. */
  resourceId: string;
}

/** Where an exception stands on a day. `expiring`: within 14 days of its last one. */
type ExceptionState = "valid" | "expiring" | "expired";

/** How many days before its last one an exception is announced. */
const NOTICE_DAYS = 14;

/**
 * Finds the exception that accepts a finding: the most specific one that still holds.
 * A named resource goes before `*`, then a named tenant before all tenants, then the latest expiry.
 * Findings about coverage are never accepted: what was not read is not known to be in order.
 *
 * @param tenant the name of the tenant that the finding belongs to
 * @param now milliseconds since the Unix epoch
 */
export function matchException<E extends ExceptionConfig>(
  finding: ExceptedFinding,
  tenant: string,
  exceptions: readonly E[],
  now: number,
): E | undefined {
  return exceptions
    .filter((exception) => covers(exception, finding, tenant) && exceptionState(exception, now) !== "expired")
    .sort(mostSpecificFirst)[0];
}

/** True when an exception is meant for a finding, whatever its date. */
export function covers(exception: ExceptionConfig, { check, resourceId }: ExceptedFinding, tenant: string): boolean {
  return (
    exception.check === check &&
    !check.startsWith("coverage.") &&
    (exception.resource === "*" || exception.resource === resourceId) &&
    (exception.tenant === undefined || exception.tenant === tenant)
  );
}

/**
 * Where an exception stands: it holds through its last day, UTC.
 *
 * @param now milliseconds since the Unix epoch
 */
export function exceptionState({ expires }: Pick<ExceptionConfig, "expires">, now: number): ExceptionState {
  const last = startOfDay(expires);
  // A date that does not exist never gets past the configuration; should it, nothing is accepted by it.
  const left = last === undefined ? -1 : daysBetween(now, last);
  if (left < 0) return "expired";
  return left <= NOTICE_DAYS ? "expiring" : "valid";
}

function mostSpecificFirst(a: ExceptionConfig, b: ExceptionConfig): number {
  return (
    Number(a.resource === "*") - Number(b.resource === "*") ||
    Number(a.tenant === undefined) - Number(b.tenant === undefined) ||
    // ISO days compare as text.
    (a.expires < b.expires ? 1 : a.expires > b.expires ? -1 : 0)
  );
}

/** What was looked at in one tenant, for {@link unmatchedExceptions}. */
interface EvaluatedTenant {
  tenant: string;
  /** The checks that were evaluated there; one that was not says nothing about what it would have found. */
  evaluated: ReadonlySet<string>;
  /** Everything that failed there, excepted or not. */
  findings: readonly ExceptedFinding[];
}

/**
 * The exceptions that accept nothing in one tenant, although their check was evaluated there.
 * One for all tenants counts as unmatched only when `tenants` holds every tenant and none has a finding for it.
 */
export function unmatchedExceptions<E extends ExceptionConfig>(
  exceptions: readonly E[],
  tenants: readonly EvaluatedTenant[],
): E[] {
  return exceptions.filter((exception) => {
    const concerned = tenants.filter(({ tenant }) => exception.tenant === undefined || exception.tenant === tenant);
    return (
      concerned.length > 0 &&
      concerned.every(({ tenant, evaluated, findings }) => {
        return evaluated.has(exception.check) && !findings.some((finding) => covers(exception, finding, tenant));
      })
    );
  });
}
