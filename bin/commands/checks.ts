import wrapAnsi from "wrap-ansi";
import { CATALOGUE, findCheck } from "../../lib/checks/catalogue.ts";
import type { Check } from "../../lib/checks/define-check.ts";
import { exampleOverride, limitHead, limitRows, summarizeLimits } from "../../lib/checks/limit-text.ts";
import { PROFILES } from "../../lib/checks/limits.ts";
import { didYouMean } from "../../lib/config/nearest.ts";
import { scopesFor } from "../../lib/inventory/section-scopes.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { plainTable } from "../plain-table.ts";
import type { Terminal } from "../terminal.ts";

/** Prints every check with what it finds and its baseline limits. */
export function listChecks(terminal: Terminal): void {
  const rows = CATALOGUE.map((check) => [check.id, check.title, summarizeLimits(check)]);
  const isWide = terminal.width >= WIDE;
  const table = plainTable(isWide ? rows : rows.map(([id = "", , limits = ""]) => [id, limits]));
  terminal.out(`${table}\n\n${CATALOGUE.length} checks, with the limits of the baseline profile.\n`);
  terminal.out("One of them in full: npx curfew checks show ID\n");
}

/** Below this the titles do not fit beside ids and limits. */
const WIDE = 100;

/** Prints one check in full. */
export function showCheck(id: string, terminal: Terminal): void {
  const check = findCheck(id);
  if (!check) throw unknownCheck(id);
  terminal.out(page(check, terminal.width));
}

function unknownCheck(id: string): CurfewError {
  const ids = CATALOGUE.map((known) => known.id);
  const hint = didYouMean(id, ids) ?? "npx curfew checks lists them all.";
  return new CurfewError("arguments-invalid", `There is no check ${JSON.stringify(id)}; ${hint}`);
}

function page(check: Check, width: number): string {
  const { remediation } = check;
  const prose = (text: string): string => wrapAnsi(text, Math.min(width, 100));
  return `${check.title}
${check.id}

${prose(check.why)}

${prose(`Mend it: ${remediation.summary}`)}
${prose(`Dashboard: ${remediation.dashboard}`)}
${prose(`API: ${remediation.api ?? "there is no call for it"}`)}

Reads: ${reads(check).join(", ") || "how the other sections were read"}
Scopes: ${scopesFor(check.needs, { logs: check.needsLogs === true }).join(", ") || "none of its own"}

${plainTable([[limitHead(check), ...PROFILES], ...limitRows(check)])}

Other limits, in curfew.yaml under policy.checks:
  ${check.id}: ${exampleOverride(check)}

${check.references.map(({ title, url }) => `${title}\n  ${url}`).join("\n")}
`;
}

const reads = ({ needs, needsHistory, needsLogs }: Check): string[] => [
  ...needs,
  ...(needsLogs ? ["the tenant's log"] : []),
  ...(needsHistory ? ["what earlier audits recorded"] : []),
];
