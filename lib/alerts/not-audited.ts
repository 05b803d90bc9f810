import type { TenantFailure } from "../findings/tenant-audit.ts";
import type { Alert } from "./alert.ts";
import { alertId } from "./alert-id.ts";
import { type AlertRules, localDay } from "./alert-rules.ts";
import { harmless } from "./harmless-text.ts";
import type { RunReport } from "./run-report.ts";

/** A tenant about which a run knows nothing, and why. */
export interface Unaudited {
  tenant: string;
  reason: TenantFailure | "no-record";
  detail: string | null;
}

/** What a reason means, and what to do about it. */
interface Advice {
  meaning: string;
  steps: readonly string[];
}

const TRY = "See whether it is over: npx curfew audit --tenant";

const ADVICE: Readonly<Record<Unaudited["reason"], Advice>> = {
  unreachable: {
    meaning: "Auth0 could not be reached",
    steps: ["Look at Auth0's status page, and check the tenant's domain in curfew.yaml."],
  },
  "credentials-refused": {
    meaning: "Auth0 refused the auditor's credentials",
    steps: [
      "In Auth0, check that the auditor's application exists and how it authenticates.",
      "Store its present secret under the name that curfew.yaml gives.",
    ],
  },
  "no-grant": {
    meaning: "the auditor has no grant for the Management API",
    steps: ["In Auth0, authorize the auditor's application for the Management API with the scopes of: npx curfew init"],
  },
  throttled: {
    meaning: "Auth0 kept answering that there were too many requests",
    steps: [
      "Check that plan in curfew.yaml is the tenant's plan.",
      "Find what else uses the Management API at that time, or move the schedule.",
    ],
  },
  "reference-unresolved": {
    meaning: "the auditor's secret could not be fetched",
    steps: ["Check that the secret exists under the name that curfew.yaml gives, in this account and region."],
  },
  "no-record": {
    meaning: "the audit ended without a result",
    steps: [
      "Open the run in Step Functions: a tenant that ended in OutOfTime had no turn, because the account ran too many functions.",
      "For any other the log of the function AuditTenant says why.",
      "A defect of Curfew is worth reporting; the log holds no secrets.",
    ],
  },
};

/** The tenants that a run could not audit, by name. */
export function unaudited({ records, missing }: RunReport): Unaudited[] {
  const failed = records
    .filter(({ status }) => status === "failed")
    .map(({ tenant, reason, detail }) => ({ tenant, reason: reason ?? ("no-record" as const), detail }));
  const lost = missing.map((tenant) => ({ tenant, reason: "no-record" as const, detail: null }));
  return [...failed, ...lost].sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
}

/** Why a tenant was not audited, in half a sentence. */
export const failureText = ({ reason }: Unaudited): string => ADVICE[reason].meaning;

/**
 * The alerts about tenants that were not audited.
 *
 * The day identifies them and not the run: a tenant that cannot be reached is told of once a day and reason, however
 * often audits run, until it is reached again.
 */
export function notAudited(report: RunReport, rules: AlertRules): Alert[] {
  const day = localDay(report.run.startedAt, rules.timezone);
  return unaudited(report).map((failure) => {
    const { tenant, reason, detail } = failure;
    const { meaning, steps } = ADVICE[reason];
    return {
      id: alertId("not-audited", tenant, reason, day),
      kind: "not-audited",
      severity: "high",
      tenant,
      owner: rules.owners.get(tenant) ?? null,
      title: `${tenant} was not audited: ${meaning}`,
      text: "Nothing is known about this tenant as of this run. What was open there stays open; what is new there is not seen.",
      facts: [
        { label: "Tenant", value: tenant },
        { label: "Reason", value: reason },
        ...(detail === null ? [] : [{ label: "Detail", value: harmless(detail, 500) }]),
      ],
      steps: [...steps, `${TRY} ${tenant}`],
      items: [],
      at: report.run.startedAt,
    };
  });
}
