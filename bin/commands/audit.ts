import type { AuditRules } from "../../lib/audit/audit-tenant.ts";
import { type AuditObserver, auditTenants } from "../../lib/audit/audit-tenants.ts";
import { auditRules, auditTargets } from "../../lib/audit/from-config.ts";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { loadConfig } from "../../lib/config/load.ts";
import type { Config, TenantConfig } from "../../lib/config/schema.ts";
import { selectTenants } from "../../lib/config/select-tenants.ts";
import { listExceptions } from "../../lib/findings/list-exceptions.ts";
import type { TenantAudit } from "../../lib/findings/tenant-audit.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError, hasCode } from "../../lib/model/curfew-error.ts";
import type { Severity } from "../../lib/model/severity.ts";
import { type AuditReport, exitCode } from "../../lib/reports/audit-report.ts";
import { changesLine, type RecordedAudit, renderChanges } from "../../lib/reports/changes.ts";
import { terminalText } from "../../lib/reports/terminal-text.ts";
import manifest from "../../package.json" with { type: "json" };
import { recording } from "../audit-recorder.ts";
import { type OutputFile, openOutput } from "../output-file.ts";
import { type ReportFormat, renderReport } from "../report-formats.ts";
import type { Invocation } from "../run-command-line.ts";
import { secretSources } from "../secret-sources.ts";
import { shownError } from "../shown-error.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew audit`. */
export interface AuditOptions {
  config: string;
  tenant: string[];
  format: ReportFormat;
  output?: string;
  failOn: Severity;
}

/** Audits the configured tenants and writes one report. */
export async function runAudit(options: AuditOptions, terminal: Terminal, invocation: Invocation): Promise<void> {
  const config = await loadConfig(options.config, { catalogue: CATALOGUE, today: new Date(systemClock.now()) });
  const tenants = selectTenants(config.tenants, options.tenant);
  const output = options.output === undefined ? undefined : await openOutput(options.output);

  const { report, recorded } = await recording(config, terminal, async ({ history, observer, record }) => {
    const rules = { ...auditRules(config, CATALOGUE, systemClock), ...(history ? { history } : {}) };
    const report = await auditConfigured(config, tenants, rules, terminal, invocation.signal, observer);
    return { report, recorded: await record(report.tenants) };
  }).catch(sayingWithoutReport);
  // Before a word is written: a reader that has seen enough closes the pipe, and the process ends there.
  invocation.setExitCode(exitCode(report, options.failOn));
  await writeReport(report, options, output, terminal);
  tellChanges(recorded, options, terminal);
}

function sayingWithoutReport(error: unknown): never {
  if (!hasCode(error, "interrupted")) throw error;
  throw new CurfewError("interrupted", "Interrupted; nothing was changed and no report was written.");
}

/** Audits some of the configured tenants, with progress where a person watches. */
async function auditConfigured(
  config: Config,
  tenants: readonly TenantConfig[],
  rules: AuditRules,
  terminal: Terminal,
  signal: AbortSignal,
  observer: AuditObserver,
): Promise<AuditReport> {
  const targets = auditTargets(tenants, secretSources());
  const audits = await watched(
    targets.map(({ name }) => name),
    terminal,
    (progress) => auditTenants(targets, rules, signal, bothOf(progress, observer)),
  );
  signal.throwIfAborted();
  return {
    schemaVersion: 1,
    generatedAt: new Date(systemClock.now()).toISOString(),
    profile: config.policy.profile,
    tenants: audits,
    exceptions: listExceptions(audits, rules.exceptions, systemClock.now()),
  };
}

async function watched(
  names: readonly string[],
  terminal: Terminal,
  run: (observer: AuditObserver) => Promise<TenantAudit[]>,
): Promise<TenantAudit[]> {
  if (!terminal.isWatched) return run({});
  const { auditProgress } = await import("../progress.ts");
  const progress = auditProgress(names);
  return progress.during(run(progress.observer));
}

const bothOf = (one: AuditObserver, other: AuditObserver): AuditObserver => ({
  onStart: (...told) => void [one.onStart?.(...told), other.onStart?.(...told)],
  onSection: (...told) => void [one.onSection?.(...told), other.onSection?.(...told)],
  onDone: (...told) => void [one.onDone?.(...told), other.onDone?.(...told)],
});

/** Beside the table in full; a program's input and a file stay as they are, and the person is told in a line each. */
function tellChanges(recorded: readonly RecordedAudit[], { format, output }: AuditOptions, terminal: Terminal): void {
  if (recorded.length === 0) return;
  if (format === "table" && output === undefined) terminal.out(`\n${renderChanges(recorded, terminal.width)}`);
  else terminal.err(recorded.map((one) => `${changesLine(one)}\n`).join(""));
}

async function writeReport(
  report: AuditReport,
  options: AuditOptions,
  output: OutputFile | undefined,
  terminal: Terminal,
): Promise<void> {
  const pieces = await render(report, options, terminal);
  if (output === undefined) await terminal.write(pieces);
  else {
    await output.write(pieces);
    terminal.err(`The report is in ${options.output}.\n`);
  }
  // The table says it; a file or a program's input does not reach the person.
  if (options.format !== "table" || options.output !== undefined) explainFailures(report, terminal);
}

function render(report: AuditReport, options: AuditOptions, terminal: Terminal): Promise<Iterable<string>> {
  const toFile = options.output !== undefined;
  return renderReport(options.format, report, {
    checks: CATALOGUE,
    width: toFile ? FILE_WIDTH : terminal.width,
    color: !toFile && terminal.color,
    version: manifest.version,
    configFile: options.config,
  });
}

/** Columns of a table in a file. */
const FILE_WIDTH = 100;

function explainFailures(report: AuditReport, terminal: Terminal): void {
  for (const { tenant, status, reason, detail } of report.tenants) {
    if (status === "failed")
      terminal.err(`${shownError(`${tenant} was not audited (${reason}): ${terminalText(detail ?? "")}`)}\n`);
    if (status === "incomplete")
      terminal.err(`${tenant} was audited incompletely; the report names what could not be read.\n`);
  }
}
