import type { TenantAudit } from "../../findings/tenant-audit.ts";
import { SECTION_NAMES, type SectionName } from "../../inventory/inventory.ts";
import type { UnknownReason } from "../../model/finding.ts";

/** A section or a check that says nothing, and why. */
export interface Gap<Name extends string> {
  name: Name;
  reason: UnknownReason;
  detail: string | null;
}

/** The sections that were requested and could not be read. */
export function unreadSections({ inventory }: TenantAudit): Gap<SectionName>[] {
  return SECTION_NAMES.flatMap((name) => {
    const section = inventory[name];
    return section?.status === "unavailable" ? [{ name, reason: section.reason, detail: section.detail }] : [];
  });
}

/** The enabled checks that could not be evaluated. */
export const blindChecks = ({ checks }: TenantAudit): Gap<string>[] =>
  checks.flatMap((check) =>
    check.status === "not-evaluated" ? [{ name: check.id, reason: check.reason, detail: check.detail }] : [],
  );

/** True when anything about a tenant is not known, for whatever reason: also a complete audit can have gaps. */
export const hasGap = (audit: TenantAudit): boolean =>
  audit.status === "failed" || unreadSections(audit).length > 0 || blindChecks(audit).length > 0;
