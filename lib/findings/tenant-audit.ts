import type { SectionName } from "../inventory/inventory.ts";
import type { CheckResult, Finding, UnknownReason } from "../model/finding.ts";

/** Why a whole tenant could not be audited. */
export type TenantFailure = "unreachable" | "credentials-refused" | "no-grant" | "throttled" | "reference-unresolved";

/** What became of one section: how much was read, or why nothing was. */
export type SectionStatus =
  | { status: "complete"; count: number }
  | { status: "unavailable"; reason: UnknownReason; detail: string | null };

/** The result of auditing one tenant. This is also its shape in JSON, `evidence` aside. */
export interface TenantAudit {
  tenant: string;
  domain: string;
  /** `incomplete`: something that should have been looked at could not be; `failed`: nothing could. */
  status: "complete" | "incomplete" | "failed";
  /** Only when failed. */
  reason: TenantFailure | null;
  /** Only when failed: one sentence for a person. */
  detail: string | null;
  /** ISO 8601, UTC. */
  startedAt: string;
  finishedAt: string;
  traffic: { requests: number; retries: number; throttled: number };
  inventory: { [Name in SectionName]?: SectionStatus };
  checks: CheckResult[];
  /** Worst first, then by check and resource: the order depends on nothing but the findings. */
  findings: Finding[];
  /** For people who audit the audit; not part of the JSON report, whose shape is fixed. Absent when there was no token. */
  evidence?: Evidence;
}

/** With what a tenant was read. */
export interface Evidence {
  /** The auditor's client id. */
  clientId: string;
  /** What its token was allowed to do, sorted; null when Auth0 did not say. */
  scopes: readonly string[] | null;
}

/**
 * The reasons that mean: an audit should have known this and does not.
 * A feature that the plan lacks, a history that is too short and a field that Auth0 does not report are not among
 * them: no second audit would know more.
 */
const BLINDING: ReadonlySet<UnknownReason> = new Set([
  "missing-scope",
  "fetch-failed",
  "truncated",
  "time-out",
  "defect",
]);

/** True for a reason that makes an audit incomplete. */
export const isBlinding = (reason: UnknownReason): boolean => BLINDING.has(reason);
