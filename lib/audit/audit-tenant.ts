import type { Login } from "../auth0/login.ts";
import { type ManagementApi, openManagementApi } from "../auth0/management-api.ts";
import type { Plan } from "../auth0/rate-limits.ts";
import type { RetryPolicy } from "../auth0/retry.ts";
import type { Auditor, Check } from "../checks/define-check.ts";
import { acceptFindings } from "../findings/accept-findings.ts";
import { evaluate, type Policy, wantedSections, wantsLogs } from "../findings/evaluate.ts";
import type { ExceptionRules } from "../findings/review-exceptions.ts";
import { isBlinding, type SectionStatus, type TenantAudit, type TenantFailure } from "../findings/tenant-audit.ts";
import type { History } from "../history/history.ts";
import type { Inventory, SectionName, Unavailable } from "../inventory/inventory.ts";
import { readInventory, type SectionListener } from "../inventory/read-inventory.ts";
import { unavailable } from "../inventory/unavailable.ts";
import type { Clock } from "../model/clock.ts";
import { CurfewError, hasCode } from "../model/curfew-error.ts";
import type { CheckResult } from "../model/finding.ts";

/** One tenant to audit. */
export interface AuditTarget {
  name: string;
  domain: string;
  origin?: string;
  plan: Plan;
  /** The client ids of Curfew's own applications for emergencies; left out where none is configured. */
  responders?: readonly string[];
  /** Resolves the auditor's credentials; its failure is the tenant's failure, and nobody else's. */
  login: () => Promise<Login>;
}

/** By which rules, and everything that comes from outside. */
export interface AuditRules {
  checks: readonly Check[];
  policy: Policy;
  exceptions: ExceptionRules;
  clock: Clock;
  fetch?: typeof fetch;
  random?: () => number;
  /** Milliseconds after which an unanswered request is given up. */
  timeout?: number;
  retryPolicy?: RetryPolicy;
  /** Finds out what a single look at a tenant cannot tell; without it the checks over history are `no-history`. */
  history?: HistoryReader;
}

/** Reads a tenant's history with the auditor's own API; whatever it cannot read is said in the history. */
export type HistoryReader = (
  target: AuditTarget,
  api: ManagementApi,
  inventory: Inventory,
  signal: AbortSignal,
  wanted: { logs: boolean },
) => Promise<History>;

/** A result, and what it was judged by; there is no inventory where there was no token. */
export interface Inspection {
  audit: TenantAudit;
  inventory: Inventory | undefined;
  /** What people should know about the history that it was judged by, one sentence each. */
  notes: readonly string[];
}

/** Audits one tenant as {@link inspectTenant} does, for those who need the result alone. */
export async function auditTenant(
  target: AuditTarget,
  rules: AuditRules,
  signal: AbortSignal,
  onSection?: SectionListener,
): Promise<TenantAudit> {
  return (await inspectTenant(target, rules, signal, onSection)).audit;
}

/**
 * Audits one tenant: token, inventory, checks, findings. Whatever fails becomes part of the result.
 *
 * @param signal ends the audit. A reason with the code `timed-out` marks what was not read yet as `time-out`,
 * and the result still comes; `interrupted` rejects.
 * @throws CurfewError `interrupted`; `store-failed` where it is to be noted that the auditor logs in, and cannot be
 */
export async function inspectTenant(
  target: AuditTarget,
  rules: AuditRules,
  signal: AbortSignal,
  onSection?: SectionListener,
): Promise<Inspection> {
  const startedAt = rules.clock.now();
  let api: ManagementApi | undefined;
  try {
    const login = await target.login();
    api = openManagementApi({
      address: { domain: target.domain, ...(target.origin === undefined ? {} : { origin: target.origin }) },
      login,
      plan: target.plan,
      signal,
      clock: rules.clock,
      ...optional("fetch", rules.fetch),
      ...optional("random", rules.random),
      ...optional("timeout", rules.timeout),
      ...optional("retryPolicy", rules.retryPolicy),
    });
    const scopes = await api.scopes(); // without a token there is nothing to read: the tenant has failed as a whole
    const inventory = await readInventory(api, wantedSections(rules.checks, rules.policy), signal, onSection);
    const auditor = { clientId: login.clientId, scopes };
    const history = await historyOf(target, rules, api, inventory, signal);
    const audit = compose(target, rules.clock, startedAt, api, judge(target, rules, inventory, auditor, history));
    const evidence = { clientId: auditor.clientId, scopes: scopes ? [...scopes].sort() : null };
    const notes = history && "notes" in history ? history.notes : [];
    return { audit: { ...audit, evidence }, inventory, notes };
  } catch (error) {
    if (hasCode(error, "interrupted", "store-failed")) throw error;
    return { audit: compose(target, rules.clock, startedAt, api, failure(error)), inventory: undefined, notes: [] };
  }
}

/** A memory that fails says nothing about the tenant: only the checks that need it are lost, with the reason. */
async function historyOf(
  target: AuditTarget,
  { history, checks, policy }: AuditRules,
  api: ManagementApi,
  inventory: Inventory,
  signal: AbortSignal,
): Promise<History | Unavailable | undefined> {
  try {
    return await history?.(target, api, inventory, signal, { logs: wantsLogs(checks, policy) });
  } catch (error) {
    return unavailable(error);
  }
}

type Result = Pick<TenantAudit, "status" | "reason" | "detail" | "inventory" | "checks" | "findings">;

/** Puts a result together in the documented order of its keys. */
function compose(
  target: AuditTarget,
  clock: Clock,
  startedAt: number,
  api: ManagementApi | undefined,
  { status, reason, detail, inventory, checks, findings }: Result,
): TenantAudit {
  return {
    tenant: target.name,
    domain: target.domain,
    status,
    reason,
    detail,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(clock.now()).toISOString(),
    traffic: api ? { ...api.traffic } : { requests: 0, retries: 0, throttled: 0 },
    inventory,
    checks,
    findings,
  };
}

function judge(
  target: AuditTarget,
  rules: AuditRules,
  inventory: Inventory,
  auditor: Auditor,
  history: History | Unavailable | undefined,
): Result {
  const now = rules.clock.now();
  const { checks, findings } = evaluate({
    tenant: target,
    checks: rules.checks,
    policy: rules.policy,
    inventory,
    auditor,
    ...optional("history", history),
    now,
  });
  const sections = statuses(inventory);
  return {
    status: checks.some(isBlind) ? "incomplete" : "complete",
    reason: null,
    detail: null,
    inventory: sections,
    checks,
    findings: acceptFindings(findings, target.name, rules.exceptions.exceptions, now),
  };
}

function statuses(inventory: Inventory): TenantAudit["inventory"] {
  const entries = Object.entries(inventory).map(([name, section]): [SectionName, SectionStatus] => [
    name as SectionName,
    section.status === "complete" ? { status: "complete", count: section.count } : section,
  ]);
  return Object.fromEntries(entries);
}

const isBlind = (check: CheckResult): boolean => check.status === "not-evaluated" && isBlinding(check.reason);

function failure(error: unknown): Result {
  const known = error instanceof CurfewError ? error : undefined;
  return {
    status: "failed",
    reason: failureReason(known),
    detail: known?.message ?? `Curfew itself failed (${error instanceof Error ? error.name : "unknown error"}).`,
    inventory: {},
    checks: [],
    findings: [],
  };
}

/** Whatever is none of the others means that no usable answer came from the tenant. */
function failureReason(error: CurfewError | undefined): TenantFailure {
  switch (error?.code) {
    case "credentials-refused":
    case "no-grant":
    case "throttled":
    case "reference-unresolved":
      return error.code;
    default:
      return "unreachable";
  }
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}
