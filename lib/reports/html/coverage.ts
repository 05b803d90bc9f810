import type { Check } from "../../checks/define-check.ts";
import type { TenantAudit } from "../../findings/tenant-audit.ts";
import { SECTION_NAMES } from "../../inventory/inventory.ts";
import type { AuditReport } from "../audit-report.ts";
import type { Segment } from "./charts.ts";

/** How much was looked at, of what should have been. */
export interface Coverage {
  known: number;
  unknown: number;
}

/** How many checks and sections an audit has; a failed one has none of its own, and must not look covered. */
export interface Expected {
  checks: number;
  sections: number;
}

/** All tenants share one policy: what any of them was asked for, every one should have been. */
export function expectedOf(report: AuditReport, checks: readonly Check[]): Expected {
  const audited = report.tenants.filter(({ status }) => status !== "failed");
  if (audited.length === 0) return { checks: checks.length, sections: SECTION_NAMES.length };
  return {
    checks: Math.max(...audited.map((audit) => audit.checks.filter(({ status }) => status !== "off").length)),
    sections: Math.max(...audited.map((audit) => Object.keys(audit.inventory).length)),
  };
}

/** How many enabled checks of a tenant were evaluated. */
export function checkCoverage(audit: TenantAudit, expected: Expected): Coverage {
  if (audit.status === "failed") return { known: 0, unknown: expected.checks };
  const enabled = audit.checks.filter(({ status }) => status !== "off");
  const unknown = enabled.filter(({ status }) => status === "not-evaluated").length;
  return { known: enabled.length - unknown, unknown };
}

/** How many requested sections of a tenant were read. */
export function sectionCoverage(audit: TenantAudit, expected: Expected): Coverage {
  if (audit.status === "failed") return { known: 0, unknown: expected.sections };
  const sections = Object.values(audit.inventory);
  const unknown = sections.filter(({ status }) => status === "unavailable").length;
  return { known: sections.length - unknown, unknown };
}

/** Several coverages as one. */
export const addCoverage = (parts: readonly Coverage[]): Coverage => ({
  known: parts.reduce((total, { known }) => total + known, 0),
  unknown: parts.reduce((total, { unknown }) => total + unknown, 0),
});

/** A coverage as the two parts of a bar. */
export const coverageSegments = ({ known, unknown }: Coverage, did: string): Segment[] => [
  { label: did, count: known, tone: "known" },
  { label: `not ${did}`, count: unknown, tone: "unknown" },
];
