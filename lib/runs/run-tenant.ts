import pLimit from "p-limit";
import { type AuditRules, type AuditTarget, type Inspection, inspectTenant } from "../audit/audit-tenant.ts";
import { judgeExceptions } from "../audit/judge-exceptions.ts";
import type { ProfileName } from "../checks/limits.ts";
import { listedOf } from "../findings/ledger/listed.ts";
import { recordAudit } from "../findings/ledger/record-audit.ts";
import { type RunKey, type RunRecord, type RunRef, runKey } from "../findings/ledger/run-record.ts";
import { earlierRuns, runOf } from "../findings/ledger/runs.ts";
import { listExceptions } from "../findings/list-exceptions.ts";
import type { TenantAudit } from "../findings/tenant-audit.ts";
import { notedLogin } from "../history/own-requests.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { CurfewError } from "../model/curfew-error.ts";
import type { Severity } from "../model/severity.ts";
import { startTimeout } from "../model/timeout.ts";
import { renderHtml } from "../reports/html.ts";
import type { EvidenceStore, StoredDocument } from "../store/evidence-store.ts";
import { gunzipJson } from "../store/gunzip-json.ts";
import type { Table } from "../store/table.ts";
import { evidencePrefix } from "./evidence-prefix.ts";
import { gzipJson } from "./gzip-json.ts";
import { type Elsewhere, matchedExceptions, ownExceptions } from "./own-exceptions.ts";

/** One tenant in one run. */
export interface TenantRun {
  run: RunRef;
  target: AuditTarget;
  /** The names of all configured tenants, in the order of the configuration. */
  tenants: readonly string[];
}

/** What an audit of one tenant needs from outside. */
export interface TenantRunParts {
  table: Table;
  evidence: EvidenceStore;
  rules: AuditRules;
  profile: ProfileName;
  /** When reading must end so that what was read can still be judged and kept: milliseconds since the epoch. */
  readUntil: number;
  /** When this process is ended: milliseconds since the epoch. */
  deadline: number;
}

/** Counts and references; never content. */
export interface TenantRunResult {
  tenant: string;
  status: TenantAudit["status"];
  reason: TenantAudit["reason"];
  open: { [S in Severity]?: number };
  excepted: number;
  changes: number;
  notEvaluated: number;
  /** Where inventory, report and results are. */
  evidence: string | null;
}

/** `results.json.gz`: what the audit found, and which documents belong to it. Written last: with it the audit is done. */
interface Results {
  schemaVersion: 1;
  run: RunRef;
  notes: readonly string[];
  /** Null where there was no inventory or no report to keep. */
  inventory: StoredDocument | null;
  report: StoredDocument | null;
  audit: TenantAudit;
}

/** Rows that are asked for at once. */
const ROWS_AT_ONCE = 20;

/** A page with more findings than these is for nobody, and would fill the memory. */
const MOST_FINDINGS_ON_A_PAGE = 20_000;

/**
 * Audits one tenant, keeps the evidence and records the result in the ledger.
 *
 * It can be ended anywhere and run again: what is recorded is not audited again, and what was audited and kept is not
 * read again. So a replay changes nothing, and everything that is told about a run was found in one reading.
 *
 * @throws CurfewError, or an error of the stores, when the result could not be kept; never because of the tenant
 */
export async function runTenant(tenantRun: TenantRun, parts: TenantRunParts): Promise<TenantRunResult> {
  const { run, target } = tenantRun;
  const recorded = await runOf(parts.table, target.name, runKey(run));
  if (recorded?.state === "recorded") return resultOf(recorded);
  const name = `${evidencePrefix(run, target.name)}results.json.gz`;
  const kept = (await keptResults(parts.evidence, name)) ?? (await auditAndKeep(tenantRun, parts, name));
  const record = await recordAudit(
    parts.table,
    {
      run,
      audit: kept.results.audit,
      listed: listedOf(kept.inventory, kept.results.audit.checks, parts.rules.checks),
      evidence: evidencePrefix(run, target.name),
      notes: kept.results.notes,
      matchedExceptions: matchedExceptions(kept.results.audit, parts.rules.exceptions.exceptions),
    },
    { clock: parts.rules.clock, deadline: parts.deadline },
  );
  return resultOf(record);
}

interface Kept {
  results: Results;
  inventory: Inventory;
}

async function keptResults(evidence: EvidenceStore, name: string): Promise<Kept | undefined> {
  const stored = await evidence.read(name);
  if (!stored) return undefined;
  const results = (await gunzipJson(stored)) as Results;
  if (results.inventory === null) return { results, inventory: {} };
  const inventory = await evidence.read(results.inventory.name, results.inventory.version);
  if (!inventory) throw missing(results.inventory.name);
  return { results, inventory: ((await gunzipJson(inventory)) as { inventory: Inventory }).inventory };
}

const missing = (name: string): CurfewError =>
  new CurfewError("service-failed", `The evidence ${name} was kept and cannot be read.`, { retryable: true });

async function auditAndKeep(tenantRun: TenantRun, parts: TenantRunParts, name: string): Promise<Kept> {
  const { audit, inventory = {}, notes } = await inspectInTime(tenantRun.target, parts);
  const [judged = audit] = judgeExceptions([audit], {
    ...parts.rules,
    exceptions: ownExceptions(audit, parts.rules.exceptions, await elsewhere(tenantRun, parts)),
  });
  const results: Results = {
    schemaVersion: 1,
    run: tenantRun.run,
    notes,
    inventory: await keepInventory(tenantRun, parts, judged, inventory),
    report: await keepReport(tenantRun, parts, judged),
    audit: judged,
  };
  const written = await parts.evidence.create(name, await gzipJson(results), "application/gzip");
  if (written) return { results, inventory };
  // Another attempt of this run was faster: there is one result of a run, and it is that one.
  const first = await keptResults(parts.evidence, name);
  if (!first) throw missing(name);
  return first;
}

/** Ends the reading in time; what was not read by then is `time-out`, and what was read is judged. */
async function inspectInTime(
  target: AuditTarget,
  { table, rules, readUntil, deadline }: TenantRunParts,
): Promise<Inspection> {
  const outOfTime = new CurfewError("timed-out", "The time of this run is over.", { detail: "out of time" });
  using reading = startTimeout(rules.clock, readUntil - rules.clock.now(), outOfTime);
  const time = { from: rules.clock.now(), until: deadline };
  const login = async () => notedLogin(await target.login(), table, { tenant: target.name, ...time });
  return await inspectTenant({ ...target, login }, rules, reading.signal);
}

/**
 * The tenant that stands first in the configuration is where exceptions for all tenants are judged. Only runs before
 * this one count, so that it does not matter which tenant is done first.
 */
async function elsewhere(
  { run, target, tenants }: TenantRun,
  { table, rules }: TenantRunParts,
): Promise<Elsewhere[] | undefined> {
  const isForAll = rules.exceptions.exceptions.some(({ tenant }) => tenant === undefined);
  if (tenants[0] !== target.name || !isForAll) return undefined;
  const others = tenants.filter((name) => name !== target.name);
  const limit = pLimit(ROWS_AT_ONCE);
  return Promise.all(others.map((name) => limit(() => lastAudited(table, name, runKey(run)))));
}

async function lastAudited(table: Table, tenant: string, run: RunKey): Promise<Elsewhere> {
  for await (const record of earlierRuns(table, tenant, run)) if (record.status !== "failed") return record;
  return undefined;
}

async function keepInventory(
  { run, target }: TenantRun,
  { evidence }: TenantRunParts,
  { startedAt }: TenantAudit,
  inventory: Inventory,
): Promise<StoredDocument | null> {
  if (Object.keys(inventory).length === 0) return null;
  const document = { schemaVersion: 1, tenant: target.name, domain: target.domain, readAt: startedAt, inventory };
  const name = `${evidencePrefix(run, target.name)}inventory.json.gz`;
  return evidence.write(name, await gzipJson(document), "application/gzip");
}

async function keepReport(
  { run, target }: TenantRun,
  { evidence, rules, profile }: TenantRunParts,
  audit: TenantAudit,
): Promise<StoredDocument | null> {
  if (audit.findings.length > MOST_FINDINGS_ON_A_PAGE) return null;
  const exceptions = listExceptions([audit], rules.exceptions, rules.clock.now());
  const report = { schemaVersion: 1 as const, generatedAt: audit.finishedAt, profile, tenants: [audit], exceptions };
  const page = renderHtml(report, { checks: rules.checks });
  return evidence.write(
    `${evidencePrefix(run, target.name)}report.html`,
    Buffer.from(page),
    "text/html; charset=utf-8",
  );
}

function resultOf(record: RunRecord): TenantRunResult {
  const { tenant, status, reason, open, excepted, changes, notEvaluated, evidence } = record;
  return {
    tenant,
    status,
    reason,
    open,
    excepted,
    changes: changes.length,
    notEvaluated: notEvaluated.length,
    evidence,
  };
}
