import { covers, exceptionState, matchException } from "../config/exceptions.ts";
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
  /** How many findings it accepts, as far as that is known. */
  accepts: number;
  /** Why nobody knows whether it accepts more; null where that is known. */
  unknown: Unjudged | null;
}

/** Why a check says nothing about a tenant: the tenant failed, the check could not be evaluated, or it is switched off. */
export type Unjudged = "tenant-not-audited" | "check-not-evaluated" | "check-off";

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
      const told = { check, tenant, resource, name, reason, owner, expires };
      return { ...told, accepts: accepts.get(exception) ?? 0, unknown: whyUnknown(exception, audits, now) };
    });
}

/** The first reason, in the order of the tenants; what has ended is known to accept nothing. */
function whyUnknown(exception: ExceptionConfig, audits: readonly TenantAudit[], now: number): Unjudged | null {
  if (exceptionState(exception, now) === "expired") return null;
  const concerned = audits.filter(({ tenant }) => exception.tenant === undefined || exception.tenant === tenant);
  return concerned.map((audit) => unjudged(exception.check, audit)).find((reason) => reason !== null) ?? null;
}

function unjudged(check: string, { status, checks }: TenantAudit): Unjudged | null {
  if (status === "failed") return "tenant-not-audited";
  const result = checks.find(({ id }) => id === check);
  if (result?.status === "off") return "check-off";
  return result === undefined || result.status === "not-evaluated" ? "check-not-evaluated" : null;
}
