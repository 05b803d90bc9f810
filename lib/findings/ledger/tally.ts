import { type Severity, worstFirst } from "../../model/severity.ts";
import type { Verdict } from "./change.ts";
import type { Standing } from "./finding-record.ts";
import {
  CHANGE_KINDS,
  type Change,
  type ChangeTotals,
  MOST_CHANGES,
  type RunRecord,
  type SeverityCounts,
} from "./run-record.ts";
import { isUrgent } from "./urgent.ts";

/** Counts what a run found, one finding after the other and in any order: all changes of a large tenant would fill the memory. */
export interface Tally {
  add(standing: Standing | undefined, verdict: Verdict | undefined): void;
  result(): Pick<RunRecord, "open" | "excepted" | "totals" | "marks" | "changes">;
}

/**
 * All changes of a record together, in bytes: a row of DynamoDB holds 400 kB. A hundred with names and reasons of usual
 * length are half of it; with the longest that there can be, in Chinese, a fourth are kept, and the others counted.
 */
const MOST_BYTES = 150_000;

/** The beginning of a list that fits into a record. */
function fitting(changes: readonly Change[]): Change[] {
  let left = MOST_BYTES;
  const end = changes.findIndex((change) => {
    left -= Buffer.byteLength(JSON.stringify(change));
    return left < 0;
  });
  return end < 0 ? [...changes] : changes.slice(0, end);
}

export function newTally(): Tally {
  const open: SeverityCounts = {};
  const totals: ChangeTotals = {};
  const marks: { [days: number]: SeverityCounts } = {};
  let excepted = 0;
  let changes: Change[] = [];
  const keepWorst = (): void => {
    changes = changes.sort(mostUrgentFirst).slice(0, MOST_CHANGES);
  };
  return {
    add(standing, verdict) {
      if (standing?.state === "open") countOne(open, standing.severity);
      if (standing?.state === "excepted") excepted += 1;
      if (!verdict) return;
      const { kind, severity, openForDays } = verdict.change;
      totals[kind] ??= {};
      countOne(totals[kind], severity);
      if (openForDays !== undefined) {
        marks[openForDays] ??= {};
        countOne(marks[openForDays], severity);
      }
      if (verdict.isTold) changes.push(verdict.change);
      if (changes.length >= 10 * MOST_CHANGES) keepWorst();
    },
    result() {
      keepWorst();
      return {
        open: inOrder(open, SEVERITY_ORDER),
        excepted,
        totals: orderedTotals(totals),
        marks: orderedMarks(marks),
        changes: fitting(changes),
      };
    },
  };
}

function countOne(counts: SeverityCounts, severity: Severity): void {
  counts[severity] = (counts[severity] ?? 0) + 1;
}

const SEVERITY_ORDER: readonly Severity[] = ["critical", "high", "medium", "low", "info"];

/** The same counts in the same order of keys, in whichever order they were counted. */
const inOrder = <K extends string, V>(counts: { [Key in K]?: V }, order: readonly K[]): { [Key in K]?: V } =>
  Object.fromEntries(order.flatMap((key) => (counts[key] === undefined ? [] : [[key, counts[key]]]))) as {
    [Key in K]?: V;
  };

function orderedTotals(totals: ChangeTotals): ChangeTotals {
  const kinds = inOrder(totals, CHANGE_KINDS);
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, counts]) => [kind, inOrder(counts, SEVERITY_ORDER)]),
  ) as ChangeTotals;
}

/** By days: an object gives keys that are whole numbers in their order. */
const orderedMarks = (marks: { [days: number]: SeverityCounts }): RunRecord["marks"] =>
  Object.fromEntries(Object.entries(marks).map(([days, counts]) => [days, inOrder(counts, SEVERITY_ORDER)]));

/**
 * What people hear at once comes first, however bad the rest is: nothing may crowd it out. Good news comes last, however
 * bad it was.
 */
function mostUrgentFirst(a: Change, b: Change): number {
  return (
    rank(a) - rank(b) ||
    worstFirst(a.severity, b.severity) ||
    CHANGE_KINDS.indexOf(a.kind) - CHANGE_KINDS.indexOf(b.kind) ||
    (a.finding < b.finding ? -1 : 1)
  );
}

const rank = (change: Change): number => (isUrgent(change) ? 0 : change.kind === "resolved" ? 2 : 1);
