import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { selectTenants } from "../../lib/config/select-tenants.ts";
import type { FindingState } from "../../lib/findings/ledger/finding-record.ts";
import { type FindingFilter, type LedgerFinding, listFindings } from "../../lib/findings/ledger/list-findings.ts";
import { lastAudit } from "../../lib/findings/ledger/runs.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { worstFirst } from "../../lib/model/severity.ts";
import { jsonText } from "../../lib/reports/json.ts";
import { briefText, terminalText } from "../../lib/reports/terminal-text.ts";
import type { Table } from "../../lib/store/table.ts";
import { openDeployedLedger } from "../deployed-ledger.ts";
import { openExistingLedger } from "../local-ledger.ts";
import { plainTable } from "../plain-table.ts";
import { sinceWhen } from "../since-when.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew findings`. */
export interface FindingsOptions {
  config: string;
  tenant: string[];
  status?: FindingState;
  since?: string;
  /** The DynamoDB table that the deployed audit keeps; this folder's ledger when left out. */
  table?: string;
  format: "table" | "json";
}

interface TenantFindings {
  tenant: string;
  /** When the tenant was last audited; null when never. */
  lastAudit: string | null;
  findings: LedgerFinding[];
}

/** Lists what the ledger of this folder, or of the deployed audit, holds of the configured tenants. */
export async function runFindings(options: FindingsOptions, terminal: Terminal): Promise<void> {
  const now = systemClock.now();
  const config = await loadConfig(options.config, { catalogue: CATALOGUE, today: new Date(now) });
  const names = selectTenants(config.tenants, options.tenant).map(({ name }) => name);
  const filter: FindingFilter = {
    ...(options.status === undefined ? {} : { status: options.status }),
    ...(options.since === undefined ? {} : { since: new Date(sinceWhen(options.since, now, "--since")).toISOString() }),
  };
  using local = options.table === undefined ? await openExistingLedger() : undefined;
  const ledger = options.table === undefined ? local : await openDeployedLedger(options.table);
  const tenants: TenantFindings[] = [];
  for (const name of names) tenants.push(await findingsOf(ledger, name, filter));
  terminal.out(options.format === "json" ? asJson(tenants, now) : asTable(tenants, hintOf(options)));
}

async function findingsOf(ledger: Table | undefined, tenant: string, filter: FindingFilter): Promise<TenantFindings> {
  if (!ledger) return { tenant, lastAudit: null, findings: [] };
  const last = await lastAudit(ledger, tenant);
  const findings: LedgerFinding[] = [];
  for await (const finding of listFindings(ledger, tenant, filter)) findings.push(finding);
  return { tenant, lastAudit: last?.run.startedAt ?? null, findings: findings.sort(byUrgency) };
}

function byUrgency(a: LedgerFinding, b: LedgerFinding): number {
  return (
    Number(a.status === "resolved") - Number(b.status === "resolved") ||
    worstFirst(a.severity, b.severity) ||
    compare(a.check, b.check) ||
    compare(a.resource.id, b.resource.id) ||
    compare(a.aspect ?? "", b.aspect ?? "")
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function asJson(tenants: readonly TenantFindings[], now: number): string {
  const count = tenants.reduce((sum, { findings }) => sum + findings.length, 0);
  return jsonText({ schemaVersion: 1, generatedAt: new Date(now).toISOString(), tenants }, count);
}

const asTable = (tenants: readonly TenantFindings[], hint: string): string =>
  `${tenants.map((tenant) => tenantTable(tenant, hint)).join("\n\n")}\n`;

/** What to say of a tenant that was never audited. */
const hintOf = ({ table }: FindingsOptions): string =>
  table === undefined
    ? "no audit is recorded here yet; npx curfew audit records one."
    : `no audit is recorded in ${terminalText(table)} yet.`;

/** Laying out a table takes long where it is long; a program reads the JSON. */
const MOST_ROWS = 1_000;

const HEAD = ["severity", "status", "check", "resource", "first seen", "last seen", "regressed"];

function tenantTable({ tenant, lastAudit, findings }: TenantFindings, hint: string): string {
  const name = terminalText(tenant);
  if (lastAudit === null) return `${name}: ${hint}`;
  const heading = `${name}, last audited ${minuteOf(lastAudit)} UTC`;
  if (findings.length === 0) return `${heading}: no such finding is known.`;
  const rows = findings.slice(0, MOST_ROWS).map(rowOf);
  const rest = findings.length - rows.length;
  const table = `${heading}\n${plainTable([HEAD, ...rows])}`;
  return rest > 0 ? `${table}\nand ${rest} more (all of them: --format json)` : table;
}

const LONGEST_NAME = 60;

function rowOf({
  severity,
  status,
  check,
  resource,
  aspect,
  firstSeen,
  lastSeen,
  regressions,
}: LedgerFinding): string[] {
  const name = briefText(resource.name ?? resource.id, LONGEST_NAME);
  const about = aspect === null ? name : `${name} (${briefText(aspect, LONGEST_NAME)})`;
  const often = regressions === 0 ? "" : regressions === 1 ? "once" : `${regressions} times`;
  return [severity, status, terminalText(check), about, minuteOf(firstSeen), minuteOf(lastSeen), often];
}

/** UTC, as in every report. */
const minuteOf = (moment: string): string => moment.slice(0, 16).replace("T", " ");
