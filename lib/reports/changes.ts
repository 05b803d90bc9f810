import { CHANGE_KINDS, type Change, type ChangeKind, type RunRecord } from "../findings/ledger/run-record.ts";
import { SEVERITIES } from "../model/severity.ts";
import { briefText, terminalText } from "./terminal-text.ts";
import { wrapped } from "./wrapped.ts";

/** What the ledger said of one tenant's audit. */
export interface RecordedAudit {
  record: RunRecord;
  /** The audit before this one that was not a failure; undefined for the first. */
  previous: RunRecord | undefined;
}

/** How each kind is called beside a number. */
const WORDS: Readonly<Record<ChangeKind, string>> = {
  new: "new",
  regressed: "back again",
  "severity-raised": "worse",
  "exception-ended": "no longer accepted",
  "still-open": "still open",
  excepted: "newly accepted",
  "exception-expiring": "accepted for a few days more",
  resolved: "resolved",
};

/** Changes that are named beside the table; the rest is counted. */
const NAMED_CHANGES = 10;

/**
 * What changed since the last audit, for a person: a line for each tenant, and the most urgent changes by name.
 *
 * @param width columns of the terminal; what is longer goes on below, further in
 */
export const renderChanges = (recorded: readonly RecordedAudit[], width: number): string =>
  recorded
    .flatMap((one) => [
      wrapped(changesLine(one), width, "", GOES_ON),
      ...namedChanges(one).map((line) => wrapped(line, width, "  ", GOES_ON)),
    ])
    .map((text) => `${text}\n`)
    .join("");

const GOES_ON = "    ";

/** What changed since the last audit of a tenant, in one line. */
export function changesLine({ record, previous }: RecordedAudit): string {
  const tenant = terminalText(record.tenant);
  if (record.status === "failed") return `${tenant}: not audited, so nothing changes in what is known of it.`;
  if (!previous) return `${tenant}: the first audit that is recorded here; the next one says what has changed.`;
  const counts = CHANGE_KINDS.flatMap((kind) => (kind === "still-open" ? [] : countOf(record, kind)));
  const what = counts.length === 0 ? "nothing has changed" : counts.join(", ");
  return `${tenant}: ${what} since ${minuteOf(previous.run.startedAt)}.`;
}

/** As `2 new (1 high, 1 low)`. */
function countOf({ totals }: RunRecord, kind: ChangeKind): string[] {
  const bySeverity = SEVERITIES.toReversed().flatMap((severity) => {
    const count = totals[kind]?.[severity] ?? 0;
    return count === 0 ? [] : [{ severity, count }];
  });
  const all = bySeverity.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return [];
  return [`${all} ${WORDS[kind]} (${bySeverity.map(({ severity, count }) => `${count} ${severity}`).join(", ")})`];
}

function namedChanges({ record, previous }: RecordedAudit): string[] {
  if (!previous) return [];
  const changes = record.changes.filter(({ kind }) => kind !== "still-open");
  const named = changes.slice(0, NAMED_CHANGES).map(changeLine);
  return changes.length > named.length ? [...named, "… (all: npx curfew findings)"] : named;
}

const LONGEST_NAME = 60;

function changeLine({ kind, severity, check, resource, aspect }: Change): string {
  const about = aspect === null ? "" : ` (${briefText(aspect, LONGEST_NAME)})`;
  return `${WORDS[kind]}: ${severity} ${check} on ${briefText(resource.name ?? resource.id, LONGEST_NAME)}${about}`;
}

/** ISO 8601 as people read it: `2026-11-23 06:00 UTC`. */
const minuteOf = (moment: string): string => `${moment.slice(0, 16).replace("T", " ")} UTC`;
