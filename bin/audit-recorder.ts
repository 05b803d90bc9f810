import { randomUUID } from "node:crypto";
import type { HistoryReader } from "../lib/audit/audit-tenant.ts";
import type { AuditObserver } from "../lib/audit/audit-tenants.ts";
import { historyRules } from "../lib/audit/from-config.ts";
import { secretVersionDates } from "../lib/aws/secret-version-dates.ts";
import { secretsManagerClient } from "../lib/aws/secrets-manager-client.ts";
import { CATALOGUE } from "../lib/checks/catalogue.ts";
import { longestIntervalHours } from "../lib/config/audit-interval.ts";
import type { Config } from "../lib/config/schema.ts";
import { listedOf } from "../lib/findings/ledger/listed.ts";
import { recordAudit } from "../lib/findings/ledger/record-audit.ts";
import { type Listed, type RunRef, runKey } from "../lib/findings/ledger/run-record.ts";
import { lastAudit } from "../lib/findings/ledger/runs.ts";
import type { TenantAudit } from "../lib/findings/tenant-audit.ts";
import { readHistory } from "../lib/history/read-history.ts";
import { systemClock } from "../lib/model/clock.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import type { RecordedAudit } from "../lib/reports/changes.ts";
import type { Table } from "../lib/store/table.ts";
import { openLocalLedger } from "./local-ledger.ts";
import { shownError } from "./shown-error.ts";
import type { Terminal } from "./terminal.ts";

/** What an audit remembers, and adds to what is remembered. */
interface AuditRecorder {
  /** What earlier audits of this folder know. */
  history?: HistoryReader;
  /** Notes what will be needed of each tenant. */
  observer: AuditObserver;
  /** Records all tenants of the run. */
  record(audits: readonly TenantAudit[]): Promise<RecordedAudit[]>;
}

/** A second audit at the same time waits at most this long. Milliseconds. */
const LONGEST_RECORDING = 600_000;

const FORGETFUL: AuditRecorder = { observer: {}, record: async () => [] };

/**
 * Does an audit that begins now, and remembers it. A ledger that cannot be used is told in a sentence, and the audit
 * goes on without: it is the report that was asked for.
 */
export async function recording<T>(
  config: Config,
  terminal: Terminal,
  audit: (recorder: AuditRecorder) => Promise<T>,
): Promise<T> {
  const forgo = (error: unknown): void => {
    if (!(error instanceof CurfewError)) throw error;
    terminal.err(`${shownError(`The audit was not recorded: ${error.message}`)}\n`);
  };
  const ledger = await openLocalLedger().catch(forgo);
  if (!ledger) return audit(FORGETFUL);
  using table = ledger;
  const recorder = auditRecorder(config, table);
  // Awaited here: the ledger is closed when this function is left.
  return await audit({
    ...recorder,
    record: (audits) =>
      recorder.record(audits).catch((error: unknown) => {
        forgo(error);
        return [];
      }),
  });
}

function auditRecorder(config: Config, ledger: Table): AuditRecorder {
  const run: RunRef = { id: randomUUID(), startedAt: new Date(systemClock.now()).toISOString() };
  const seen = new Map<string, { listed: Listed; notes: readonly string[] }>();
  return {
    history: localHistory(config, ledger, run),
    observer: {
      onDone: ({ audit, inventory, notes }) => {
        if (inventory) seen.set(audit.tenant, { listed: listedOf(inventory, audit.checks, CATALOGUE), notes });
      },
    },
    async record(audits) {
      const isWhole = isWholeRun(audits, config);
      const recorded: RecordedAudit[] = [];
      for (const audit of audits) {
        const previous = await lastAudit(ledger, audit.tenant, runKey(run));
        const { listed, notes } = seen.get(audit.tenant) ?? { listed: new Map(), notes: [] };
        const entry = { audit: isWhole ? audit : withoutExceptions(audit), run, listed, notes, evidence: null };
        const patience = { clock: systemClock, deadline: systemClock.now() + LONGEST_RECORDING };
        recorded.push({ record: await recordAudit(ledger, entry, patience), previous });
      }
      return recorded;
    },
  };
}

function localHistory(config: Config, table: Table, run: RunRef): HistoryReader {
  const { tenants, schedule } = config;
  const interval = schedule && longestIntervalHours(schedule, new Date(run.startedAt));
  return readHistory({
    table,
    run,
    clock: systemClock,
    vault: secretVersionDates(secretsManagerClient),
    ...historyRules(tenants, interval),
  });
}

const isWholeRun = (audits: readonly TenantAudit[], { tenants }: Config): boolean =>
  audits.length === tenants.length && audits.every(({ status }) => status !== "failed");

const OVER_EXCEPTIONS = new Set(CATALOGUE.filter(({ judges }) => judges === "exceptions").map(({ id }) => id));

/**
 * Whether an exception for all tenants accepts nothing can only be said when all were audited: where some were not,
 * the silence of these checks must not resolve what they found.
 */
const withoutExceptions = (audit: TenantAudit): TenantAudit => ({
  ...audit,
  checks: audit.checks.filter(({ id }) => !OVER_EXCEPTIONS.has(id)),
});
