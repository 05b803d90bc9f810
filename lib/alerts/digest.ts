import type { ChangeKind, RunRecord } from "../findings/ledger/run-record.ts";
import { isUrgent, WORSENING } from "../findings/ledger/urgent.ts";
import { isAtLeast, SEVERITIES, type Severity, worstFirst } from "../model/severity.ts";
import type { Alert } from "./alert.ts";
import { alertId } from "./alert-id.ts";
import { type AlertRules, allThatIsOpen } from "./alert-rules.ts";
import { changeLine } from "./change-alert.ts";
import { counted, firstLines, harmless } from "./harmless-text.ts";
import type { DigestPart } from "./news.ts";
import { failureText, type Unaudited, unaudited } from "./not-audited.ts";
import {
  canWait,
  changesOf,
  type RunReport,
  sum,
  type TenantChange,
  unlistedCount,
  worstChangeFirst,
} from "./run-report.ts";

/** Lines of one part of a digest. */
const MOST_ITEMS = 60;

/** Nothing in a digest is worse: what is worse was told at once. */
const WORST: Severity = "medium";

const CAN_WAIT = SEVERITIES.filter((severity) => !isAtLeast(severity, "high"));

/** What a day's runs amount to. */
interface Day {
  runs: number;
  /** The newest record of each tenant, by name. */
  latest: readonly RunRecord[];
  failed: readonly Unaudited[];
  incomplete: readonly RunRecord[];
  waiting: readonly TenantChange[];
  urgent: number;
  resolved: readonly TenantChange[];
  accepted: readonly TenantChange[];
  expiring: readonly TenantChange[];
  notes: readonly string[];
  /** How many more changes the records count than they list. */
  unlisted(kinds: readonly ChangeKind[], severities?: readonly Severity[]): number;
}

/** What a digest tells beside what audits found. */
export interface Beside {
  /**
   * How many subscriptions of people are missing or not confirmed, null where nobody could count them: of alarms nobody
   * else may tell them.
   */
  unreached?: number | null;
  news?: DigestPart;
}

/**
 * The daily digest: everything about these runs that was not told at once, and where things stand.
 * It is also sent when there is nothing to tell, so that silence always means that something is broken.
 *
 * @param reports the runs since the last digest, in any order; at least one
 * @param day the day of the digest, `YYYY-MM-DD`; it identifies it
 * @param at when the run that sends it was started: ISO 8601
 * @param rules where the findings are
 * @param beside what is told beside what audits found
 */
export function digestAlert(
  reports: readonly RunReport[],
  day: string,
  at: string,
  rules: Pick<AlertRules, "table">,
  { unreached = 0, news }: Beside = {},
): Alert {
  const summary = summarize(reports);
  const parts = [...headline(summary), ...countedWords(news?.headline ?? [])];
  const isHeard = unreached === 0;
  const severities = [severityOf(summary), news?.severity ?? "info", ...(isHeard ? [] : [WORST])];
  return {
    id: alertId("digest", day),
    kind: "digest",
    severity: severities.sort(worstFirst)[0] ?? "info",
    tenant: null,
    owner: null,
    title: `Digest ${day}: ${parts.length === 0 ? quiet(summary, unreached) : parts.join(", ")}`,
    text: sentence(summary),
    facts: [...facts(summary), ...(news?.facts ?? []), ...(isHeard ? [] : [unreachedFact(unreached)])],
    steps: [...(isHeard ? [] : [UNREACHED_STEP]), ...steps(summary), ...(news?.steps ?? []), allThatIsOpen(rules)],
    items: items(summary, news?.items ?? []),
    at,
  };
}

const unreachedFact = (count: number | null): Alert["facts"][number] => ({
  label: "Not heard by",
  value: count === null ? "could not be counted" : `${counted(count, "subscription")}, missing or not confirmed`,
});

const UNREACHED_STEP = "See who hears nothing of alerts, alarms or missing audits: npx curfew alerts test";

function summarize(reports: readonly RunReport[]): Day {
  const ordered = reports.toSorted((a, b) => (a.run.startedAt < b.run.startedAt ? -1 : 1));
  const records = ordered.flatMap((report) => report.records);
  const latest = [...new Map(records.map((record) => [record.tenant, record])).values()].sort(byTenant);
  const changes = (wanted: (change: { kind: ChangeKind }) => boolean) =>
    distinct(ordered.flatMap((report) => changesOf(report, wanted)));
  return {
    runs: reports.length,
    latest: latest.filter(({ status }) => status !== "failed"),
    failed: lastFailures(ordered),
    incomplete: latest.filter(({ status }) => status === "incomplete"),
    waiting: distinct(ordered.flatMap((report) => changesOf(report, canWait))),
    urgent: sum(ordered.map((report) => changesOf(report, isUrgent).length)),
    resolved: changes(({ kind }) => kind === "resolved"),
    accepted: changes(({ kind }) => kind === "excepted"),
    expiring: changes(({ kind }) => kind === "exception-expiring"),
    notes: [
      ...new Set(records.flatMap(({ tenant, notes }) => notes.map((note) => `${tenant}: ${harmless(note, 300)}`))),
    ],
    unlisted: (kinds, severities) => sum(records.map((record) => unlistedCount(record, kinds, severities))),
  };
}

const byTenant = (a: RunRecord, b: RunRecord): number => (a.tenant < b.tenant ? -1 : 1);

/** What happened to one finding in several runs: every kind of change once, as the last run told it. */
function distinct(changes: readonly TenantChange[]): TenantChange[] {
  const last = new Map(changes.map((change) => [JSON.stringify([change.tenant, change.finding, change.kind]), change]));
  return [...last.values()].sort(worstChangeFirst);
}

/** The tenants that no run after their failure has audited. */
function lastFailures(ordered: readonly RunReport[]): Unaudited[] {
  const state = new Map<string, Unaudited | null>();
  for (const report of ordered) {
    for (const { tenant } of report.records) state.set(tenant, null);
    for (const failure of unaudited(report)) state.set(failure.tenant, failure);
  }
  return [...state.values()].filter((failure) => failure !== null).sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
}

function headline(day: Day): string[] {
  const parts: [number, string][] = [
    [day.failed.length, "not audited"],
    [day.incomplete.length, "incomplete"],
    [day.waiting.length + day.urgent + day.unlisted(WORSENING), "new or worse"],
    [day.expiring.length, "expiring"],
    [day.resolved.length + day.unlisted(["resolved"]), "resolved"],
  ];
  return countedWords(parts);
}

const countedWords = (parts: readonly (readonly [count: number, words: string])[]): string[] =>
  parts.filter(([count]) => count > 0).map(([count, words]) => `${count.toLocaleString("en")} ${words}`);

/** Never more than was looked at, and never "quiet" while something bad is open or somebody may not hear of it. */
function quiet({ latest }: Day, unreached: number | null): string {
  const open = openUrgent(latest);
  if (open > 0) return `nothing new, ${open.toLocaleString("en")} still open at high or above`;
  if (unreached === null) return "nothing new, but who hears of it could not be counted";
  if (unreached > 0) return `nothing new, but ${counted(unreached, "subscription")} missing or not confirmed`;
  return `all quiet in ${counted(latest.length, "tenant")}`;
}

const openUrgent = (records: readonly RunRecord[]): number =>
  sum(records.flatMap(({ open }) => SEVERITIES.filter((s) => isAtLeast(s, "high")).map((s) => open[s] ?? 0)));

function severityOf({ failed, incomplete, waiting, expiring, notes }: Day): Severity {
  if (failed.length + incomplete.length > 0) return WORST;
  const severities = waiting.map(({ severity }) => severity);
  if (expiring.length + notes.length > 0) severities.push("low");
  return severities.sort(worstFirst)[0] ?? "info";
}

function sentence({ failed, incomplete }: Day): string {
  const blind = failed.length + incomplete.length;
  if (blind === 0) return "Every tenant was looked at completely.";
  return `${counted(blind, "tenant was", "tenants were")} not looked at completely: what is new there may not be seen.`;
}

function facts(day: Day): Alert["facts"] {
  const open = SEVERITIES.toReversed()
    .map((severity) => [severity, sum(day.latest.map((record) => record.open[severity] ?? 0))] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count.toLocaleString("en")} ${severity}`);
  return [
    { label: "Runs", value: day.runs.toLocaleString("en") },
    { label: "Tenants audited", value: day.latest.length.toLocaleString("en") },
    { label: "Open now", value: open.join(", ") || "nothing" },
    { label: "Accepted", value: sum(day.latest.map(({ excepted }) => excepted)).toLocaleString("en") },
    { label: "Told at once", value: counted(day.urgent, "finding") },
  ];
}

function steps({ failed, incomplete }: Day): string[] {
  return [
    ...(failed.length > 0 ? ["First of all, see to the tenants that were not audited."] : []),
    ...(incomplete.length > 0 ? ["See which section could not be read: the report of the tenant names it."] : []),
  ];
}

function items(day: Day, news: readonly string[]): string[] {
  const gaps = day.incomplete.map(({ tenant, notEvaluated }) => {
    const reasons = [...new Set(notEvaluated.map(({ reason }) => reason))].join(", ");
    return `incomplete  ${tenant}: ${counted(notEvaluated.length, "check")} not evaluated (${reasons || "unknown"})`;
  });
  const part = (lines: readonly string[], more = 0) => firstLines(lines, MOST_ITEMS, lines.length + more);
  return [
    ...part(day.failed.map((failure) => `not audited  ${failure.tenant}: ${failureText(failure)}`)),
    ...part(gaps),
    ...part(day.waiting.map(changeLine), day.unlisted(WORSENING, CAN_WAIT)),
    ...part(day.expiring.map(changeLine), day.unlisted(["exception-expiring"])),
    ...part(day.resolved.map(changeLine), day.unlisted(["resolved"])),
    ...part(day.accepted.map(changeLine)),
    ...news,
    ...part(day.notes.map((note) => `note  ${note}`)),
  ];
}
