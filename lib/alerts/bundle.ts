import { type RunRef, runKey } from "../findings/ledger/run-record.ts";
import type { AlertKind } from "../model/alert-kind.ts";
import { type Severity, worstFirst } from "../model/severity.ts";
import type { Alert } from "./alert.ts";
import { alertId } from "./alert-id.ts";
import { type AlertRules, allThatIsOpen } from "./alert-rules.ts";
import { counted, firstLines } from "./harmless-text.ts";
import { sum, type Unlisted } from "./run-report.ts";

/** More alerts of one sort than this are one summary. Source: the issue, "more than 20 new ones in a run". */
const MOST_ALERTS = 20;

/** Lines of one summary. */
const MOST_ITEMS = 100;

/** What a summary is made from. */
export interface Bundle {
  /** The run that tells. */
  run: RunRef;
  rules: Pick<AlertRules, "table">;
  /** What everybody hears; owners hear of theirs as `owner-summary`. */
  kind: AlertKind;
  noun: string;
  nouns: string;
  /** What there is beside the alerts, where records do not list all: then it is a summary, however few are listed. */
  unlisted?: readonly Unlisted[];
  /** Who answers for a tenant of `unlisted`, by its name. */
  owners?: ReadonlyMap<string, string>;
  /** What a summary is told once for; the run when left out. */
  day?: string;
  /** What to do; to look at what is open when left out. */
  steps?: readonly string[];
}

/** The alerts themselves, or one summary for everybody and one for each owner when there are too many. */
export function bundled(alerts: readonly Alert[], bundle: Bundle): Alert[] {
  const { unlisted = [] } = bundle;
  if (alerts.length <= MOST_ALERTS && unlisted.length === 0) return [...alerts];
  return [summary(alerts, unlisted, bundle, null), ...forOwners(alerts, bundle)];
}

/** The same for alerts that only owners hear. */
export const bundledForOwners = (alerts: readonly Alert[], bundle: Bundle): Alert[] =>
  alerts.length <= MOST_ALERTS ? [...alerts] : forOwners(alerts, bundle);

function forOwners(alerts: readonly Alert[], bundle: Bundle): Alert[] {
  const { unlisted = [], owners = new Map<string, string>() } = bundle;
  const listed = Map.groupBy(alerts, ({ owner }) => owner);
  const others = Map.groupBy(unlisted, ({ tenant }) => owners.get(tenant) ?? null);
  const all = new Set([...listed.keys(), ...others.keys()]);
  all.delete(null);
  return [...all].map((owner) => summary(listed.get(owner) ?? [], others.get(owner) ?? [], bundle, owner));
}

function summary(alerts: readonly Alert[], unlisted: readonly Unlisted[], bundle: Bundle, owner: string | null): Alert {
  const sorted = alerts.toSorted((a, b) => worstFirst(a.severity, b.severity) || (a.id < b.id ? -1 : 1));
  const count = alerts.length + sum(unlisted.map((one) => one.count));
  const tenants = new Set([...alerts, ...unlisted].map(({ tenant }) => tenant));
  const severity = worstOf([...alerts, ...unlisted]);
  const hidden = hiddenIn(sorted, unlisted);
  const title = `${counted(count, bundle.noun, bundle.nouns)} in ${counted(tenants.size, "tenant")}`;
  return {
    id: alertId(owner === null ? bundle.kind : "owner-summary", bundle.noun, owner, identity(alerts, unlisted, bundle)),
    kind: owner === null ? bundle.kind : "owner-summary",
    severity,
    tenant: null,
    owner,
    title: bundle.kind === "not-audited" ? counted(count, bundle.noun, bundle.nouns) : title,
    text: "There is more than fits into single messages, so this is all of it in one, the worst first.",
    facts: [
      { label: "Worst", value: severity },
      { label: "Tenants", value: tenants.size.toLocaleString("en") },
      ...(hidden === "" ? [] : [{ label: "Not listed here", value: hidden }]),
    ],
    steps: [
      ...(bundle.steps ?? [allThatIsOpen(bundle.rules)]),
      "Many at once have one cause more often than many: look for a change of a setting, a profile or a network first.",
    ],
    items: firstLines(
      sorted.map(({ severity: worst, title: line }) => `${worst}  ${line}`),
      MOST_ITEMS,
      count,
    ),
    at: bundle.run.startedAt,
  };
}

const worstOf = (all: readonly { severity: Severity }[]): Severity =>
  all.map(({ severity }) => severity).sort(worstFirst)[0] ?? "high";

/** Tenants that are named with what a summary does not list. Slack shows 300 characters, and a name has up to 40. */
const MOST_NAMED = 6;

/**
 * Of which tenants a summary does not list everything, and how many: those first of which it lists nothing.
 *
 * @param sorted the alerts in the order in which they are listed
 */
function hiddenIn(sorted: readonly Alert[], unlisted: readonly Unlisted[]): string {
  const shown = new Set(sorted.slice(0, MOST_ITEMS).map(({ tenant }) => tenant ?? ""));
  const hidden = new Map<string, number>();
  const hide = (tenant: string, count: number) => hidden.set(tenant, (hidden.get(tenant) ?? 0) + count);
  for (const { tenant } of sorted.slice(MOST_ITEMS)) hide(tenant ?? "", 1);
  for (const { tenant, count } of unlisted) hide(tenant, count);
  const ordered = [...hidden].sort(
    ([a, most], [b, more]) => Number(shown.has(a)) - Number(shown.has(b)) || more - most || (a < b ? -1 : 1),
  );
  const named = ordered.slice(0, MOST_NAMED).map(([tenant, count]) => `${tenant} ${count.toLocaleString("en")}`);
  const others = ordered.length - named.length;
  return [...named, ...(others > 0 ? [counted(others, "other tenant")] : [])].join(", ");
}

/**
 * What a summary tells and when: with one matter more it is another summary, since whoever heard of the first must hear
 * of that one, too. On another day the same tenants are told of again.
 */
function identity(alerts: readonly Alert[], unlisted: readonly Unlisted[], { run, day }: Bundle): string {
  const counts = unlisted.map(({ tenant, severity, count }) => [tenant, severity, count]);
  return JSON.stringify([day ?? runKey(run), ...alerts.map(({ id }) => id).sort(), ...counts]);
}
