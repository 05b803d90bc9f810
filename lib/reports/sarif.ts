import type { Check } from "../checks/define-check.ts";
import type { AuditReport } from "./audit-report.ts";
import { jsonPieces } from "./json-pieces.ts";
import { artifactUri, SOURCE_ROOT } from "./sarif/locations.ts";
import { describeGaps, NOTIFICATIONS } from "./sarif/notifications.ts";
import { describeResults } from "./sarif/results.ts";
import { describeRules, type Rules } from "./sarif/rules.ts";

/** What a SARIF report needs beside the audit. */
export interface SarifOptions {
  /** The rules: the whole catalogue. */
  checks: readonly Check[];
  /** Curfew's own version. */
  version: string;
  /** The configuration file that results point to, relative to the root of the repository; `curfew.yaml` when left out. */
  configFile?: string;
  /** Tells several analyses of one repository apart; `curfew` when left out. */
  category?: string;
}

/**
 * The report in SARIF 2.1.0, the format of code-scanning services, in pieces: one run, one result a finding, and a
 * notification for everything that nobody could look at. The same report gives the same text.
 *
 * @example for (const piece of sarifReport(report, { checks: CATALOGUE, version: "1.0.0" })) process.stdout.write(piece);
 */
export function* sarifReport(report: AuditReport, options: SarifOptions): Generator<string> {
  const { checks, configFile = "curfew.yaml", category = "curfew" } = options;
  const findings = report.tenants.flatMap((tenant) => tenant.findings);
  const rules = describeRules(checks, report.profile, findings);
  const artifact = artifactUri(configFile);
  const run = {
    tool: { driver: describeDriver(options.version, rules) },
    automationDetails: { id: `${category}/${report.generatedAt}` },
    originalUriBaseIds: {
      [SOURCE_ROOT]: { description: { text: "The root of the repository that holds the configuration." } },
    },
    invocations: [describeInvocation(report, rules, artifact)],
    columnKind: "utf16CodeUnits",
    results: report.tenants.values().flatMap((tenant) => describeResults(tenant, rules, artifact)),
    properties: { profile: report.profile },
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  // Not indented: a result takes 1 KB as it is.
  yield* jsonPieces(log, { indent: 0, depth: DEPTH });
  yield "\n";
}

/** The log, its runs, the run and its results are opened; a result is written whole. */
const DEPTH = 4;

/** {@link sarifReport} as one text. */
export const renderSarif = (report: AuditReport, options: SarifOptions): string =>
  [...sarifReport(report, options)].join("");

const describeDriver = (version: string, { descriptors }: Rules) => ({
  name: "Curfew",
  version,
  semanticVersion: version,
  rules: descriptors,
  notifications: NOTIFICATIONS,
});

/** Successful only when everything was looked at: nobody may take a finding that is not there for one that is mended. */
function describeInvocation(report: AuditReport, rules: Rules, artifact: string) {
  const { generatedAt, tenants } = report;
  return {
    executionSuccessful: tenants.every(({ status }) => status === "complete"),
    // ISO 8601 in UTC sorts as text.
    startTimeUtc: [...tenants.map(({ startedAt }) => startedAt), generatedAt].sort()[0],
    endTimeUtc: generatedAt,
    ruleConfigurationOverrides: describeSwitchedOff(report, rules),
    toolExecutionNotifications: tenants.flatMap((tenant) => describeGaps(tenant, rules, artifact)),
  };
}

/** The checks that the policy has switched off; it is the same for all tenants. */
function describeSwitchedOff({ tenants }: AuditReport, rules: Rules) {
  const off = tenants.flatMap(({ checks }) => checks.filter(({ status }) => status === "off").map(({ id }) => id));
  return [...new Set(off)].map((check) => {
    const { ruleId: id, ruleIndex: index } = rules.refer(check);
    return { descriptor: { id, index }, configuration: { enabled: false } };
  });
}
