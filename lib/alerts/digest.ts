import type { RunRecord } from "../findings/ledger/run-record.ts";
import { WORSENING } from "../findings/ledger/urgent.ts";
import { isAtLeast, SEVERITIES, type Severity, worstFirst } from "../model/severity.ts";
import type { Alert } from "./alert.ts";
import { alertId } from "./alert-id.ts";
import { type AlertRules, allThatIsOpen } from "./alert-rules.ts";
import { changeLine, moment } from "./change-alert.ts";
import { CAN_WAIT, type Day, summarizeDay } from "./day.ts";
import { counted, firstLines } from "./harmless-text.ts";
import type { DigestPart } from "./news.ts";
import { failureText } from "./not-audited.ts";
import { type RunReport, sum } from "./run-report.ts";

/** Lines of one part of a digest. */
const MOST_ITEMS = 60;

/** Nothing in a digest is worse: what is worse was told at once. */
const WORST: Severity = "medium";

/** What a digest tells beside what audits found. */
export interface Beside {
  /**
   * How many subscriptions of people are missing or not confirmed, null where nobody could count them: of alarms nobody
   * else may tell them.
   */
  unreached?: number | null;
  news?: DigestPart;
  /** The last audits of the tenants that these runs did not audit: what was open there counts as open. */
  before?: readonly RunRecord[];
}

/**
 * The daily digest: everything about these runs that was not told at once, and where things stand.
 * It is also sent when there is nothing to tell, so that silence always means that something is broken.
 *
 * @param reports the runs since the last digest, in any order; at least one
 * @param day the day of the digest, `YYYY-MM-DD`; it identifies it
 * @param at when the run that sends it was started: ISO 8601
 * @param rules where the findings are, and which tenants there are: of each that was not looked at it says so
 * @param beside what is told beside what these runs found
 */
export function digestAlert(
  reports: readonly RunReport[],
  day: string,
  at: string,
  rules: Pick<AlertRules, "table" | "tenants">,
  { unreached = 0, news, before = [] }: Beside = {},
): Alert {
  const summary = summarizeDay(reports, rules.tenants);
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
    facts: [...facts(summary, before), ...(news?.facts ?? []), ...(isHeard ? [] : [unreachedFact(unreached)])],
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

function headline(day: Day): string[] {
  const parts: [number, string][] = [
    [day.failed.length, "not audited"],
    [day.unseen.length, "not looked at"],
    [day.incomplete.length, "incomplete"],
    [day.waiting.length + day.unlisted(WORSENING, CAN_WAIT) + day.urgent, "new or worse"],
    [day.expiring.length + day.unlisted(["exception-expiring"]), "expiring"],
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

function severityOf(day: Day): Severity {
  if (blindIn(day) > 0) return WORST;
  const severities = day.waiting.map(({ severity }) => severity);
  severities.push(...CAN_WAIT.filter((severity) => day.unlisted(WORSENING, [severity]) > 0));
  if (day.expiring.length + day.unlisted(["exception-expiring"]) + day.notes.length > 0) severities.push("low");
  return severities.sort(worstFirst)[0] ?? "info";
}

/** The tenants of which something was not looked at. */
const blindIn = ({ failed, unseen, incomplete }: Day): number => failed.length + unseen.length + incomplete.length;

function sentence(day: Day): string {
  const blind = blindIn(day);
  if (blind === 0) return "Every tenant was looked at completely.";
  return `${counted(blind, "tenant was", "tenants were")} not looked at completely: what is new there may not be seen.`;
}

/** @param before the last audits of the tenants that were not audited now */
function facts(day: Day, before: readonly RunRecord[]): Alert["facts"] {
  const unaudited = day.failed.length + day.unseen.length;
  const unknown = unaudited - before.length;
  const known = [...day.latest, ...before];
  return [
    { label: "Runs", value: day.runs.toLocaleString("en") },
    { label: "Tenants audited", value: day.latest.length.toLocaleString("en") },
    { label: "Open now", value: openIn(known) || (unknown > 0 ? "not known" : "nothing") },
    ...(unaudited === 0 ? [] : [{ label: "Of these, where it was not audited", value: openBefore(before, unknown) }]),
    { label: "Accepted", value: sum(known.map(({ excepted }) => excepted)).toLocaleString("en") },
    { label: "Told at once", value: counted(day.urgent, "finding") },
  ];
}

/** As `2 high, 1 low`; empty where nothing is open. */
const openIn = (records: readonly RunRecord[]): string =>
  SEVERITIES.toReversed()
    .map((severity) => [severity, sum(records.map((record) => record.open[severity] ?? 0))] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count.toLocaleString("en")} ${severity}`)
    .join(", ");

/** What was open where nobody looked now, as of when, and of how many tenants nobody knows. */
function openBefore(before: readonly RunRecord[], unknown: number): string {
  const [oldest] = before.map(({ run }) => run.startedAt).sort();
  const orLater = before.length > 1 ? " or later" : "";
  const parts = oldest === undefined ? [] : [`${openIn(before) || "nothing"}, as of ${moment(oldest)}${orLater}`];
  if (unknown > 0) parts.push(`not known in ${counted(unknown, "tenant")}`);
  return parts.join("; ");
}

function steps({ failed, unseen, incomplete }: Day): string[] {
  return [
    ...(failed.length > 0 ? ["First of all, see to the tenants that were not audited."] : []),
    ...(unseen.length > 0 ? ["Start an audit over all tenants: some were in no run since the last digest."] : []),
    ...(incomplete.length > 0 ? ["See which section could not be read: the report of the tenant names it."] : []),
  ];
}

function items(day: Day, news: readonly string[]): string[] {
  const gaps = day.incomplete.map(({ tenant, notEvaluated }) => {
    const reasons = [...new Set(notEvaluated.map(({ reason }) => reason))].join(", ");
    return `incomplete  ${tenant}: ${counted(notEvaluated.length, "check")} not evaluated (${reasons || "unknown"})`;
  });
  const part = (lines: readonly string[], more = 0, what = "") =>
    firstLines(lines, MOST_ITEMS, lines.length + more, what);
  return [
    ...part(day.failed.map((failure) => `not audited  ${failure.tenant}: ${failureText(failure)}`)),
    ...part(day.unseen.map((tenant) => `not looked at  ${tenant}: no run since the last digest was about it`)),
    ...part(gaps),
    ...part(day.waiting.map(changeLine), day.unlisted(WORSENING, CAN_WAIT), "new or worse"),
    ...part(day.expiring.map(changeLine), day.unlisted(["exception-expiring"]), "expiring"),
    ...part(day.resolved.map(changeLine), day.unlisted(["resolved"]), "resolved"),
    ...part(day.accepted.map(changeLine), day.unlisted(["excepted"]), "accepted"),
    ...news,
    ...part(day.notes.map((note) => `note  ${note}`)),
  ];
}
