import { matrixOf } from "./matrices.ts";
import type { Case } from "./matrix.ts";
import { add, emptyTally, lineOf, sizeOf, type Tally } from "./tally.ts";

/** What a run has come to so far, by scenario. */
export interface Report {
  /** The first cases that are done, by their place in the order. */
  readonly done: ReadonlySet<number>;
  readonly total: Tally;
  note(index: number, first: Case, tally: Tally): void;
  /** One line for each scenario that was begun, and one for all. */
  lines(): string[];
}

export function createReport(): Report {
  const done = new Set<number>();
  const total = emptyTally();
  const scenarios = new Map<string, { first: Case; tally: Tally }>();
  return {
    done,
    total,
    note(index, first, tally) {
      done.add(index);
      add(total, tally);
      const key = `${first.matrix} ${first.scenario}`;
      const known = scenarios.get(key) ?? { first, tally: emptyTally() };
      scenarios.set(key, known);
      add(known.tally, tally);
    },
    lines: () => [
      ...[...scenarios.values()].map(({ first, tally }) => lineOf(matrixOf(first.matrix), first.scenario, tally)),
      `all: ${sizeOf(total)}`,
    ],
  };
}

/** How far it has come, and how long it may still take: first faults late in a history have fewer pairs. */
export function progressLine({ done, total }: Report, of: number, minutes: number): string {
  const left = done.size === 0 ? "" : `, ${Math.ceil((minutes / done.size) * (of - done.size))} minutes left`;
  return `${done.size} of ${of} first faults, ${total.cases} cases, ${total.failures.length} failed, ${minutes.toFixed(1)} minutes${left}`;
}
