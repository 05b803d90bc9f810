import { covers, matchException } from "../config/exceptions.ts";
import type { ExceptionConfig } from "../config/schema.ts";
import type { ExceptionRules } from "./review-exceptions.ts";
import type { TenantAudit } from "./tenant-audit.ts";

/** A configured exception, and what it is good for in this audit. */
export interface ListedException {
  check: string;
  /** Null: for all tenants. */
  tenant: string | null;
  /** The id of a resource, or `*` for every one. */
  resource: string;
  /** The resource's name, where a finding tells it. */
  name: string | null;
  reason: string;
  owner: string;
  /** Its last day, UTC: `YYYY-MM-DD`. */
  expires: string;
  /** How many findings it accepts; 0 also where its check was not evaluated, or its tenant could not be audited. */
  accepts: number;
}

/**
 * Every configured exception that concerns one of the audited tenants, whether it accepts something, nothing, or
 * nothing any more.
 *
 * @param now milliseconds since the epoch
 */
export function listExceptions(
  audits: readonly TenantAudit[],
  { exceptions }: Pick<ExceptionRules, "exceptions">,
  now: number,
): ListedException[] {
  const byCheck = Map.groupBy(exceptions, ({ check }) => check);
  const accepts = new Map<ExceptionConfig, number>();
  const names = new Map<ExceptionConfig, string>();
  for (const { tenant, findings } of audits) {
    for (const { check, resource } of findings) {
      const candidates = byCheck.get(check);
      if (candidates === undefined) continue;
      const subject = { check, resourceId: resource.id };
      const match = matchException(subject, tenant, candidates, now);
      if (match) accepts.set(match, (accepts.get(match) ?? 0) + 1);
      for (const exception of candidates) {
        if (resource.name !== null && covers(exception, subject, tenant)) names.set(exception, resource.name);
      }
    }
  }
  return exceptions
    .filter(({ tenant }) => tenant === undefined || audits.some((audit) => audit.tenant === tenant))
    .map((exception) => {
      const { check, tenant = null, resource, reason, owner, expires } = exception;
      const name = resource === "*" ? null : (names.get(exception) ?? null);
      return { check, tenant, resource, name, reason, owner, expires, accepts: accepts.get(exception) ?? 0 };
    });
}
