import { type ChangeKind, type RunRef, runKey } from "../findings/ledger/run-record.ts";
import type { Resource } from "../model/resource.ts";
import type { Alert } from "./alert.ts";
import { alertId } from "./alert-id.ts";
import type { AlertRules } from "./alert-rules.ts";
import { counted, harmless } from "./harmless-text.ts";
import type { TenantChange } from "./run-report.ts";

/** The alert about one finding that is new or worse. */
export function changeAlert(change: TenantChange, run: RunRef, rules: AlertRules): Alert {
  const { tenant, finding, kind, severity } = change;
  return {
    id: alertId("finding", tenant, finding, kind, runKey(run)),
    kind: "finding",
    severity,
    tenant,
    owner: rules.owners.get(tenant) ?? null,
    title: `${tenant}: ${changeText(change)}`,
    text: meaning(change),
    facts: [
      { label: "Severity", value: severity },
      { label: "Tenant", value: tenant },
      { label: "Where", value: resourceText(change.resource, change.aspect) },
      { label: "Check", value: change.check },
      { label: "First seen", value: moment(change.firstSeen) },
      { label: "Finding", value: finding },
    ],
    steps: steps(change, rules),
    items: [],
    at: run.startedAt,
  };
}

const PREFIXES: Readonly<Record<ChangeKind, string>> = {
  new: "",
  regressed: "is back: ",
  "severity-raised": "got worse: ",
  "exception-ended": "no longer accepted: ",
  "still-open": "",
  excepted: "accepted: ",
  "exception-expiring": "exception ends soon: ",
  resolved: "resolved: ",
};

/** More of a message or a name than this is not for a line. */
const LONGEST_MESSAGE = 300;
const LONGEST_NAME = 60;

/** A change in one line, without its tenant. A check's message does not say which resource it is about. */
function changeText({ kind, message, resource, exception }: TenantChange): string {
  const name = harmless(resource.name ?? resource.id, LONGEST_NAME);
  const isNamed = resource.type === "tenant" || message.includes(resource.name ?? resource.id);
  const matter = harmless(message, LONGEST_MESSAGE).replace(/\.$/, "");
  const until = kind === "exception-expiring" && exception ? ` (until ${exception.expires}, ${exception.owner})` : "";
  return `${PREFIXES[kind]}${isNamed ? "" : `${name}: `}${matter}${harmless(until, 100)}`;
}

/** A change as a line of a list. */
export const changeLine = (change: TenantChange): string =>
  `${change.severity}  ${change.tenant}: ${changeText(change)}`;

function meaning({ kind, severity, regressions }: TenantChange): string {
  if (kind === "regressed") return `This had been resolved and has come back, for the ${ordinal(regressions)} time.`;
  if (kind === "severity-raised") return `This was known and has become worse: it is ${severity} now.`;
  if (kind === "exception-ended") return "This was accepted by an exception that has ended, so it is open again.";
  return "This audit found it for the first time.";
}

function ordinal(count: number): string {
  const endings = { one: "st", two: "nd", few: "rd", other: "th" } as Record<string, string>;
  return `${count}${endings[new Intl.PluralRules("en", { type: "ordinal" }).select(count)] ?? "th"}`;
}

function steps({ check, tenant }: TenantChange, rules: AlertRules): string[] {
  const remedy = rules.remedy(check);
  return [
    ...(remedy === undefined ? [] : [remedy]),
    `How, click by click: npx curfew checks show ${check}`,
    `Then look again: npx curfew audit --tenant ${tenant}`,
    "If it is meant to be so, accept it until a day under exceptions in curfew.yaml.",
  ];
}

function resourceText({ type, id, name }: Resource, aspect: string | null): string {
  const named = name === null || name === id ? id : `${harmless(name, 100)} (${harmless(id, 100)})`;
  return `${type} ${named}${aspect === null ? "" : `, ${aspect}`}`;
}

/** `2026-11-25 06:00 UTC`. */
export const moment = (at: string): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** What stays open, as a reminder counts it. */
export const openFor = (days: number): string => `open for ${counted(days, "day")}`;
