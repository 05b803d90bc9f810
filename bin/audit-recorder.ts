import { randomUUID } from "node:crypto";
import type { AuditObserver } from "../lib/audit/audit-tenants.ts";
import { CATALOGUE } from "../lib/checks/catalogue.ts";
import type { Config } from "../lib/config/schema.ts";
import { listedOf } from "../lib/findings/ledger/listed.ts";
import { recordAudit } from "../lib/findings/ledger/record-audit.ts";
import { type Listed, type RunRef, runKey } from "../lib/findings/ledger/run-record.ts";
import { lastAudit } from "../lib/findings/ledger/runs.ts";
import type { TenantAudit } from "../lib/findings/tenant-audit.ts";
import { systemClock } from "../lib/model/clock.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import type { RecordedAudit } from "../lib/reports/changes.ts";
import { openLocalLedger } from "./local-ledger.ts";
import type { Terminal } from "./terminal.ts";

/** Adds an audit to the ledger of this folder. */
interface AuditRecorder {
  /** Notes what will be needed of each tenant. */
  observer: AuditObserver;
  /**
   * Records all tenants of the run. A ledger that cannot be used is told in a sentence, and the audit goes on: it is
   * the report that was asked for.
   */
  record(audits: readonly TenantAudit[], terminal: Terminal): Promise<RecordedAudit[]>;
}

/** A second audit at the same time waits at most this long. Milliseconds. */
const LONGEST_RECORDING = 600_000;

/** Records one run that begins now. */
export function auditRecorder(config: Config): AuditRecorder {
  const run: RunRef = { id: randomUUID(), startedAt: new Date(systemClock.now()).toISOString() };
  const listed = new Map<string, Listed>();
  return {
    observer: {
      onDone: (audit, inventory) => {
        if (inventory) listed.set(audit.tenant, listedOf(inventory, audit.checks, CATALOGUE));
      },
    },
    async record(audits, terminal) {
      try {
        using ledger = await openLocalLedger();
        const isWhole = isWholeRun(audits, config);
        const recorded: RecordedAudit[] = [];
        for (const audit of audits) {
          const previous = await lastAudit(ledger, audit.tenant, runKey(run));
          const entry = {
            audit: isWhole ? audit : withoutExceptions(audit),
            run,
            listed: listed.get(audit.tenant) ?? new Map(),
          };
          const patience = { clock: systemClock, deadline: systemClock.now() + LONGEST_RECORDING };
          const record = await recordAudit(ledger, { ...entry, evidence: null, notes: [] }, patience);
          recorded.push({ record, previous });
        }
        return recorded;
      } catch (error) {
        if (!(error instanceof CurfewError)) throw error;
        terminal.err(`The audit was not recorded: ${error.message}\n`);
        return [];
      }
    },
  };
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
