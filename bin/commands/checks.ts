import Table from "cli-table3";
import { CATALOGUE, findCheck } from "../../lib/checks/catalogue.ts";
import type { Check } from "../../lib/checks/define-check.ts";
import { exampleOverride, limitRows, summarizeLimits } from "../../lib/checks/limit-text.ts";
import { PROFILES, type ProfileName } from "../../lib/checks/limits.ts";
import { didYouMean } from "../../lib/config/nearest.ts";
import { scopesFor } from "../../lib/inventory/section-scopes.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { Terminal } from "../terminal.ts";

/** Prints every check with what it finds and its limits. */
export async function listChecks(options: { profile: ProfileName }, terminal: Terminal): Promise<void> {
  const table = plainTable();
  table.push(["check", "finds", options.profile]);
  for (const check of CATALOGUE) table.push([check.id, check.title, summarizeLimits(check, options.profile)]);
  terminal.out(`${table.toString()}\n\n${CATALOGUE.length} checks. One of them in full: npx curfew checks show ID\n`);
}

/** Prints one check in full. */
export async function showCheck(id: string, terminal: Terminal): Promise<void> {
  const check = findCheck(id);
  if (!check) {
    const hint =
      didYouMean(
        id,
        CATALOGUE.map((known) => known.id),
      ) ?? "npx curfew checks lists them all.";
    throw new CurfewError("arguments-invalid", `There is no check ${JSON.stringify(id)}; ${hint}`);
  }
  terminal.out(page(check));
}

function page(check: Check): string {
  const limits = plainTable();
  limits.push([check.unit === null ? "severity" : "when greater than", ...PROFILES], ...limitRows(check));
  const { remediation } = check;
  return `${check.title}
${check.id}

${check.why}

Mend it: ${remediation.summary}
  Dashboard: ${remediation.dashboard}
  API: ${remediation.api ?? "there is no call for it"}

Reads: ${check.needs.join(", ") || "how the other sections were read"}
Scopes: ${scopesFor(check.needs).join(", ") || "none of its own"}

${limits.toString()}

Other limits, in curfew.yaml under policy.checks:
  ${check.id}: ${exampleOverride(check)}

${check.references.map(({ title, url }) => `${title}\n  ${url}`).join("\n")}
`;
}

/** Columns without borders, for a terminal and for grep alike. */
const plainTable = (): Table.Table =>
  new Table({
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "  ",
    },
    style: { "padding-left": 0, "padding-right": 0 },
  });
