import type { Auditor, Check, CheckContext, Gap, ReviewedException } from "../checks/define-check.ts";
import type { Limits } from "../checks/limits.ts";
import type { Outcome } from "../checks/outcome.ts";
import type { History } from "../history/history.ts";
import {
  type Inventory,
  SECTION_NAMES,
  type SectionName,
  type Sections,
  type Unavailable,
} from "../inventory/inventory.ts";
import { scopesFor } from "../inventory/section-scopes.ts";
import type { CheckResult, Finding } from "../model/finding.ts";
import { worstFirst } from "../model/severity.ts";
import { findingId } from "./fingerprint.ts";
import { isBlinding } from "./tenant-audit.ts";

/** The limits in force for each check; a check that is not named is off. */
export type Policy = ReadonlyMap<string, Limits | "off">;

/** What is evaluated, and by which rules. */
export interface Evaluation {
  tenant: { name: string; domain: string; responders?: readonly string[] };
  checks: readonly Check[];
  policy: Policy;
  inventory: Inventory;
  auditor: Auditor;
  /** Given when the exceptions are judged and not the tenant itself: then only checks over exceptions are evaluated. */
  exceptions?: readonly ReviewedException[];
  /** What a single look cannot tell; without it the checks that need it are `no-history`. Or why there is none. */
  history?: History | Unavailable;
  /** The moment of the audit, milliseconds since the epoch. */
  now: number;
}

/** What every check said. */
export interface Verdicts {
  checks: CheckResult[];
  findings: Finding[];
}

/** The sections to read: those that an enabled check needs. */
export function wantedSections(checks: readonly Check[], policy: Policy): ReadonlySet<SectionName> {
  const enabled = checks.filter((check) => isEnabled(check, policy));
  return new Set(SECTION_NAMES.filter((section) => enabled.some((check) => check.needs.includes(section))));
}

/** Whether an enabled check is over the tenant's log. */
export const wantsLogs = (checks: readonly Check[], policy: Policy): boolean =>
  checks.some((check) => check.needsLogs && isEnabled(check, policy));

/** The scopes to grant to an auditor for everything that an enabled check needs, each once. */
export function wantedScopes(checks: readonly Check[], policy: Policy): string[] {
  return scopesFor(wantedSections(checks, policy), { logs: wantsLogs(checks, policy) });
}

/**
 * Evaluates every check over what was read. A check over a section that is unavailable is not evaluated, with
 * that section's reason; a check that throws is not evaluated (`defect`) and takes no other with it.
 */
export function evaluate(evaluation: Evaluation): Verdicts {
  const context = contextOf(evaluation);
  const isReview = evaluation.exceptions !== undefined;
  const verdicts = evaluation.checks
    .filter((check) => (check.judges === "exceptions") === isReview)
    .map((check) => evaluateCheck(check, evaluation, context));
  return {
    checks: verdicts.map(({ result }) => result),
    findings: verdicts.flatMap(({ findings }) => findings).sort(byUrgency),
  };
}

interface CheckVerdict {
  result: CheckResult;
  findings: Finding[];
}

function evaluateCheck(check: Check, evaluation: Evaluation, context: CheckContext): CheckVerdict {
  const { id } = check;
  const limits = evaluation.policy.get(id) ?? "off";
  if (limits === "off") return { result: { id, status: "off" }, findings: [] };

  const gap = gapOf(check, evaluation.inventory);
  if (gap) return { result: { id, status: "not-evaluated", ...gap }, findings: [] };

  const missing = missingHistory(check, evaluation.history);
  if (missing) return { result: { id, status: "not-evaluated", ...missing }, findings: [] };

  const sections = sectionsOf(check, evaluation.inventory);
  try {
    const judged = judge(check, evaluation.tenant.name, check.evaluate(sections, limits, context));
    return { result: resultOf(id, judged), findings: judged.findings };
  } catch (error) {
    // The name of the class, never the message: it may quote what was being checked.
    const detail = error instanceof Error ? error.name : "unknown error";
    return { result: { id, status: "not-evaluated", reason: "defect", detail }, findings: [] };
  }
}

/** Why a check cannot be evaluated for want of a history, or of the log. */
function missingHistory(check: Check, history: Evaluation["history"]): UnknownSection | undefined {
  if (!check.needsHistory) return undefined;
  if (!history) return { reason: "no-history", detail: null };
  const needed = "status" in history || !check.needsLogs ? history : history.exchanges;
  return "status" in needed && needed.status === "unavailable"
    ? { reason: needed.reason, detail: needed.detail }
    : undefined;
}

type Failed = Extract<Outcome, { verdict: "fail" }>;
type Unknown = Extract<Outcome, { verdict: "unknown" }>;

/** What came of all outcomes of a check. */
interface Judged {
  evaluated: number;
  unknown: Unknown[];
  findings: Finding[];
}

/** Takes one outcome after the other, as the check yields it: all of a large tenant's at once would fill the memory. */
function judge(check: Check, tenant: string, outcomes: Iterable<Outcome>): Judged {
  const judged: Judged = { evaluated: 0, unknown: [], findings: [] };
  const messages = new Map<string, string>();
  for (const outcome of outcomes) {
    judged.evaluated += 1;
    if (outcome.verdict === "unknown") judged.unknown.push(outcome);
    if (outcome.verdict === "fail") {
      const message = firstEqual(messages, outcome.message);
      judged.findings.push(findingOf(check, tenant, { ...outcome, message }));
    }
  }
  return judged;
}

/** The first text that is equal: a sentence that a check says of very many resources is kept in memory once. */
function firstEqual(texts: Map<string, string>, text: string): string {
  const first = texts.get(text) ?? text;
  texts.set(first, first);
  return first;
}

/**
 * Unknown is never clean: one resource that could not be judged keeps the check from passing or failing.
 * Of several reasons the one that an audit should not have is named, with a resource that has it.
 */
function resultOf(id: string, { evaluated, unknown, findings }: Judged): CheckResult {
  if (unknown.length > 0) {
    const named = unknown.reduce((first, next) => (byWeight(next, first) < 0 ? next : first));
    const others = unknown.length - 1;
    const where = `${named.detail} (${named.resource.type} ${named.resource.id})`;
    const detail = others === 0 ? where : `${where}, and ${others} more`;
    return { id, status: "not-evaluated", reason: named.reason, detail };
  }
  const failed = findings.length;
  return { id, status: failed === 0 ? "pass" : "fail", evaluated, failed };
}

function findingOf(check: Check, tenant: string, outcome: Failed): Finding {
  const { resource, severity, message } = outcome;
  const aspect = outcome.aspect ?? null;
  return {
    id: findingId({ tenant, check: check.id, resource, aspect }),
    check: check.id,
    severity,
    status: "open",
    resource,
    aspect,
    observed: outcome.observed ?? null,
    limit: outcome.limit ?? null,
    unit: outcome.unit ?? null,
    message,
    remediation: outcome.remediation ?? check.remediation.summary,
    exception: null,
  };
}

/** What an audit should have known comes first; then words and names alone decide, not the order of Auth0's lists. */
const byWeight = (a: Unknown, b: Unknown): number =>
  Number(isBlinding(b.reason)) - Number(isBlinding(a.reason)) ||
  compare(a.reason, b.reason) ||
  compare(a.detail, b.detail) ||
  compare(a.resource.type, b.resource.type) ||
  compare(a.resource.id, b.resource.id);

type UnknownSection = Pick<Gap, "reason" | "detail">;

/** Why a check cannot be evaluated. Of several reasons the one that an audit should not have is named. */
function gapOf(check: Check, inventory: Inventory): UnknownSection | undefined {
  const gaps = check.needs.flatMap((name): UnknownSection[] => {
    const section = inventory[name];
    if (!section) return [{ reason: "defect", detail: `section ${name} was not read` }];
    return section.status === "complete" ? [] : [{ reason: section.reason, detail: section.detail }];
  });
  return gaps.find(({ reason }) => isBlinding(reason)) ?? gaps[0];
}

function sectionsOf(check: Check, inventory: Inventory): Partial<Sections> {
  return Object.fromEntries(
    check.needs.flatMap((name) => {
      const section = inventory[name];
      return section?.status === "complete" ? [[name, section.data]] : [];
    }),
  );
}

function contextOf({
  tenant,
  checks,
  policy,
  inventory,
  auditor,
  exceptions = [],
  history,
  now,
}: Evaluation): CheckContext {
  const enabled = checks.filter((check) => isEnabled(check, policy));
  const requested = SECTION_NAMES.filter((name) => inventory[name] !== undefined);
  const gaps = requested.flatMap((section): Gap[] => {
    const read = inventory[section];
    if (read?.status !== "unavailable") return [];
    const affected = enabled.filter((check) => check.needs.includes(section)).map((check) => check.id);
    return [{ section, reason: read.reason, detail: read.detail, checks: affected }];
  });
  const known = history && !("status" in history) ? { history } : {};
  const { domain, responders = [] } = tenant;
  return { domain, now, requested, gaps, auditor, responders, exceptions, ...known };
}

const isEnabled = (check: Check, policy: Policy): boolean => (policy.get(check.id) ?? "off") !== "off";

/** Worst first, then by check and resource: the order depends on nothing but the findings. */
export function byUrgency(a: Finding, b: Finding): number {
  return (
    worstFirst(a.severity, b.severity) ||
    compare(a.check, b.check) ||
    compare(a.resource.id, b.resource.id) ||
    compare(a.aspect ?? "", b.aspect ?? "")
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
