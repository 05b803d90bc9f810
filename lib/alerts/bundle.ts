import { type RunKey, type RunRef, runKey } from "../findings/ledger/run-record.ts";
import type { AlertKind } from "../model/alert-kind.ts";
import { worstFirst } from "../model/severity.ts";
import type { Alert } from "./alert.ts";
import { alertId } from "./alert-id.ts";
import { type AlertRules, allThatIsOpen } from "./alert-rules.ts";
import { counted, firstLines } from "./harmless-text.ts";

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
  /** How many there are, where not all of them are listed. */
  all?: number;
  /** What a summary is told once for; the run when left out. */
  day?: string;
  /** What to do; to look at what is open when left out. */
  steps?: readonly string[];
}

/** The alerts themselves, or one summary for everybody and one for each owner when there are too many. */
export function bundled(alerts: readonly Alert[], bundle: Bundle): Alert[] {
  if (Math.max(alerts.length, bundle.all ?? 0) <= MOST_ALERTS) return [...alerts];
  return [summary(alerts, bundle, bundle.all ?? alerts.length, null), ...forOwners(alerts, bundle)];
}

/** The same for alerts that only owners hear. */
export const bundledForOwners = (alerts: readonly Alert[], bundle: Bundle): Alert[] =>
  alerts.length <= MOST_ALERTS ? [...alerts] : forOwners(alerts, bundle);

function forOwners(alerts: readonly Alert[], bundle: Bundle): Alert[] {
  const owned = Map.groupBy(
    alerts.filter(({ owner }) => owner !== null),
    ({ owner }) => owner,
  );
  return [...owned].map(([owner, theirs]) => summary(theirs, bundle, theirs.length, owner));
}

function summary(alerts: readonly Alert[], bundle: Bundle, count: number, owner: string | null): Alert {
  const sorted = alerts.toSorted((a, b) => worstFirst(a.severity, b.severity) || (a.id < b.id ? -1 : 1));
  const tenants = new Set(alerts.map(({ tenant }) => tenant));
  const severity = sorted[0]?.severity ?? "high";
  const title = `${counted(count, bundle.noun, bundle.nouns)} in ${counted(tenants.size, "tenant")}`;
  return {
    id: alertId(owner === null ? bundle.kind : "owner-summary", bundle.noun, owner, identity(alerts, bundle)),
    kind: owner === null ? bundle.kind : "owner-summary",
    severity,
    tenant: null,
    owner,
    title: bundle.kind === "not-audited" ? counted(count, bundle.noun, bundle.nouns) : title,
    text: "There is more than fits into single messages, so this is all of it in one, the worst first.",
    facts: [
      { label: "Worst", value: severity },
      { label: "Tenants", value: tenants.size.toLocaleString("en") },
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

/** A run, or a day and what is told on it: the same tenants are told of once a day. */
function identity(alerts: readonly Alert[], { run, day }: Bundle): RunKey {
  if (day === undefined) return runKey(run);
  return JSON.stringify([day, ...alerts.map(({ id }) => id).sort()]);
}
