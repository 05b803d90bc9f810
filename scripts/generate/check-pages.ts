import type { Check, Fix } from "../../lib/checks/define-check.ts";
import { exampleOverride, limitHead, limitRows, summarizeLimits } from "../../lib/checks/limit-text.ts";
import { PROFILES } from "../../lib/checks/limits.ts";
import { scopesFor } from "../../lib/inventory/section-scopes.ts";
import type { CheckFile } from "./find-checks.ts";
import type { GeneratedFile } from "./generated-file.ts";

/** The folder that holds these pages and nothing else. */
export const CHECK_PAGES_FOLDER = "docs/checks";

const NOTICE = "<!-- Written by scripts/generate.ts from the check's own file: change that, not this page. -->";

/** What each area is about, as a heading. Areas that are not listed go by their own name. */
const AREAS: Readonly<Record<string, string>> = {
  expiry: "Expirations",
  secret: "Secrets",
  credential: "Registered keys",
  grant: "Grants and access to the Management API",
  key: "Signing and encryption keys",
  coverage: "Coverage: can the report be trusted?",
};

const FIXES: Readonly<Record<Fix, string>> = {
  safe: "Safe: a program can make this change if it first compares the value, reads it back and keeps what it needs to undo it.",
  guarded: "Guarded: a program may make this change only after somebody has approved it.",
  "by rotation": "By rotation: Curfew mends it by rotating the credential.",
  no: "By a person: there is no change that a program could make without knowing the reason.",
};

/** One page a check, and an overview by area. */
export function checkPages(checks: readonly CheckFile[]): GeneratedFile[] {
  const sorted = checks.map(({ check }) => check).sort((a, b) => (a.id < b.id ? -1 : 1));
  return [
    { path: `${CHECK_PAGES_FOLDER}/README.md`, content: overview(sorted) },
    ...sorted.map((check) => ({ path: `${CHECK_PAGES_FOLDER}/${check.id}.md`, content: page(check) })),
  ];
}

function overview(checks: readonly Check[]): string {
  const areas = Object.entries(Object.groupBy(checks, areaOf));
  return document([
    NOTICE,
    "# The checks",
    `${checks.length} checks. The limits are those of the \`baseline\` profile; a value fails when it is greater than its limit, or at most that where ≤ is written.`,
    ...areas.flatMap(([area, members = []]) => [`## ${AREAS[area] ?? area}`, overviewTable(members)]),
  ]);
}

const areaOf = (check: Check): string => check.id.split(".")[0] ?? check.id;

const overviewTable = (checks: readonly Check[]): string =>
  table(
    ["check", "finds", "baseline"],
    checks.map((check) => [`[${check.id}](${check.id}.md)`, check.title, summarizeLimits(check)]),
  );

function page(check: Check): string {
  const { remediation } = check;
  return document([
    NOTICE,
    `# ${check.title}`,
    `\`${check.id}\``,
    "## Why it matters",
    check.why,
    "## How to mend it",
    remediation.summary,
    `- Dashboard: ${remediation.dashboard}\n- Management API: ${remediation.api === null ? "there is no call for it." : code(remediation.api)}`,
    FIXES[check.fix],
    "## What is read",
    whatIsRead(check),
    "## Limits",
    limitsTable(check),
    ...variantList(check),
    "## Other limits for your tenants",
    `In \`curfew.yaml\`; \`off\` in place of the limits switches the check off.`,
    `\`\`\`yaml\npolicy:\n  checks:\n    ${check.id}: ${exampleOverride(check)}\n\`\`\``,
    "## References",
    check.references.map(({ title, url }) => `- [${title}](${url})`).join("\n"),
  ]);
}

function whatIsRead(check: Check): string {
  const { needs, needsHistory, needsLogs = false } = check;
  if (needs.length === 0 && !needsHistory) return "Nothing of its own: it judges how the other sections were read.";
  const scopes = scopesFor(needs, { logs: needsLogs });
  const blocks = [
    ...(needs.length === 0 ? [] : [sectionsRead(needs)]),
    ...(needsHistory ? [historyRead(needsLogs)] : []),
    ...(scopes.length === 0 ? [] : [`Scopes: ${quoted(scopes)}.`]),
  ];
  return blocks.join("\n\n");
}

const sectionsRead = (needs: Check["needs"]): string =>
  needs.length === 1
    ? `The section ${quoted(needs)}. Where it cannot be read, the check is not evaluated.`
    : `The sections ${quoted(needs)}. Where one of them cannot be read, the check is not evaluated.`;

const historyRead = (withLogs: boolean): string =>
  withLogs
    ? "What earlier audits recorded, and the tenant's log from where the last audit stopped. Without a memory (`no-history`), or while the log cannot be read, the check is not evaluated. See [how old a secret is](../secret-age.md)."
    : "What earlier audits recorded. Without a memory the check is not evaluated (`no-history`).";

const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

/** Columns are the profiles, rows the severities, or the named sets where there are several. */
function limitsTable(check: Check): string {
  const rows = limitRows(check);
  return table([limitHead(check), ...PROFILES.map((profile) => `\`${profile}\``)], rows);
}

function variantList({ variants }: Check): string[] {
  if (!variants) return [];
  return [
    Object.entries(variants)
      .map(([name, meaning]) => `- \`${name}\`: ${meaning}`)
      .join("\n"),
  ];
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`).join("\n");

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** A call as code; what stands in parentheses behind the JSON is a remark, and remains readable as code too. */
const code = (text: string): string => `\`${text}\``;

const document = (blocks: readonly string[]): string => `${blocks.join("\n\n")}\n`;
