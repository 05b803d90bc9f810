import pLimit from "p-limit";
import type { TenantAudit } from "../findings/tenant-audit.ts";
import type { Section, SectionName } from "../inventory/inventory.ts";
import { type AuditRules, type AuditTarget, type Inspection, inspectTenant } from "./audit-tenant.ts";
import { judgeExceptions } from "./judge-exceptions.ts";

/** Hears how an audit goes on. */
export interface AuditObserver {
  onStart?(tenant: string): void;
  onSection?(tenant: string, name: SectionName, section: Section<unknown>): void;
  /** What was read is not kept: it may be large. */
  onDone?(inspection: Inspection): void;
}

/** Tenants have limits of their own, so they are audited side by side; this many keep memory and sockets in bounds. */
const TENANTS_AT_ONCE = 10;

/**
 * Audits several tenants, each isolated from the others.
 *
 * @returns the results in the order of the targets
 * @throws CurfewError `interrupted` only
 */
export async function auditTenants(
  targets: readonly AuditTarget[],
  rules: AuditRules,
  signal: AbortSignal,
  observer: AuditObserver = {},
): Promise<TenantAudit[]> {
  const limit = pLimit(TENANTS_AT_ONCE);
  const audits = await Promise.all(
    targets.map((target) =>
      limit(async () => {
        signal.throwIfAborted();
        observer.onStart?.(target.name);
        const inspection = await inspectTenant(target, rules, signal, (name, section) =>
          observer.onSection?.(target.name, name, section),
        );
        observer.onDone?.(inspection);
        return inspection.audit;
      }),
    ),
  );
  return judgeExceptions(audits, rules);
}
