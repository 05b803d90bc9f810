import type { Check } from "../../checks/define-check.ts";
import type { Limits, ProfileName } from "../../checks/limits.ts";
import { PROFILES } from "../../checks/limits.ts";
import type { Finding } from "../../model/finding.ts";
import { SEVERITIES, type Severity, worstFirst } from "../../model/severity.ts";
import { LEVELS, SECURITY_SEVERITY } from "./levels.ts";

/** Refers to a rule by id and by its place in the list of rules. */
export interface RuleReference {
  ruleId: string;
  ruleIndex: number;
}

/** The checks as SARIF rules, and how to refer to them. */
export interface Rules {
  descriptors: ReturnType<typeof describeRule>[];
  refer(check: string): RuleReference;
  /** The check behind a rule; undefined for one that is not in the list. */
  find(check: string): Check | undefined;
}

/** Makes a rule of every check. Services show a rule's severity with each of its alerts, so it is the worst one. */
export function describeRules(checks: readonly Check[], profile: ProfileName, findings: readonly Finding[]): Rules {
  const found = Map.groupBy(findings, ({ check }) => check);
  const indexes = new Map(checks.map(({ id }, index) => [id, index]));
  const byId = new Map(checks.map((check) => [check.id, check]));
  return {
    descriptors: checks.map((check) => describeRule(check, worstOf(check, profile, found.get(check.id) ?? []))),
    // -1 stands for a rule that is not in the list.
    refer: (ruleId) => ({ ruleId, ruleIndex: indexes.get(ruleId) ?? -1 }),
    find: (id) => byId.get(id),
  };
}

function describeRule(check: Check, worst: Severity) {
  const [reference] = check.references;
  return {
    id: check.id,
    name: pascalCase(check.id),
    shortDescription: { text: check.title },
    fullDescription: { text: check.why },
    help: { text: helpText(check), markdown: helpMarkdown(check) },
    ...(reference === undefined ? {} : { helpUri: reference.url }),
    defaultConfiguration: { level: LEVELS[worst] },
    properties: ruleProperties(check, worst),
  };
}

function ruleProperties({ id }: Check, worst: Severity) {
  const [area = ""] = id.split(".");
  const score = SECURITY_SEVERITY[worst];
  return {
    tags: ["auth0", area, ...(score === undefined ? [] : ["security"])],
    // A check compares settings as Auth0 reports them and guesses nothing.
    precision: "very-high",
    ...(score === undefined ? { "problem.severity": "recommendation" } : { "security-severity": score }),
  };
}

/** The worst severity that the check can give under the profile, or has given where somebody made it stricter. */
function worstOf(check: Check, profile: ProfileName, findings: readonly Finding[]): Severity {
  const declared = severitiesIn(check.limits[profile]);
  const possible = declared.length > 0 ? declared : PROFILES.flatMap((name) => severitiesIn(check.limits[name]));
  return [...possible, ...findings.map(({ severity }) => severity)].sort(worstFirst)[0] ?? "info";
}

function severitiesIn(limits: Limits | "off"): Severity[] {
  if (limits === "off") return [];
  if (typeof limits === "string") return [limits];
  return Object.entries(limits).flatMap(([name, value]) =>
    typeof value === "number" ? SEVERITIES.filter((severity) => severity === name) : severitiesIn(value),
  );
}

// The help is Curfew's own text, so its braces are left as they are: people copy the call from it.

function helpText({ why, remediation: { summary, dashboard, api }, references }: Check): string {
  return [
    why,
    summary,
    `Dashboard: ${dashboard}`,
    ...(api === null ? [] : [`Management API: ${api}`]),
    ...references.map(({ title, url }) => `${title}: ${url}`),
  ].join("\n\n");
}

function helpMarkdown({ why, remediation: { summary, dashboard, api }, references }: Check): string {
  return [
    why,
    `**How to mend it.** ${summary}`,
    `- Dashboard: ${dashboard}${api === null ? "" : `\n- Management API: \`${api}\``}`,
    ...(references.length === 0 ? [] : [references.map(({ title, url }) => `- [${title}](${url})`).join("\n")]),
  ].join("\n\n");
}

/** `expiry.api.access-token-lifetime` is ExpiryApiAccessTokenLifetime: the form that §3.49.7 of SARIF asks for. */
const pascalCase = (id: string): string =>
  id
    .split(/[.-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
