import type { Case, CaseResult, Matrix } from "./matrix.ts";

/** What many cases came to. */
export interface Tally {
  cases: number;
  /** Cases that two faults struck. */
  pairs: number;
  /** Cases that came to what the matrix counts. */
  noted: number;
  /** Calls that all worlds together saw. */
  calls: number;
  /** Each a case as JSON, with what was wrong. */
  failures: string[];
}

export const emptyTally = (): Tally => ({ cases: 0, pairs: 0, noted: 0, calls: 0, failures: [] });

/** Adds one tally to another. */
export function add(total: Tally, { cases, pairs, noted, calls, failures }: Tally): void {
  total.cases += cases;
  total.pairs += pairs;
  total.noted += noted;
  total.calls += calls;
  total.failures.push(...failures);
}

/** Runs cases until they are over, and lets the machine breathe between them. */
export async function runCases(
  matrix: Matrix,
  cases: AsyncIterable<Case> | Iterable<Case>,
  isOver: (tally: Tally) => boolean = () => false,
): Promise<Tally> {
  const tally = emptyTally();
  for await (const one of cases) {
    if (isOver(tally)) break;
    const { problems, struck, calls, isNoted } = await resultOf(matrix, one);
    tally.cases += 1;
    if (struck.length > 1) tally.pairs += 1;
    if (isNoted) tally.noted += 1;
    tally.calls += calls.length;
    if (problems.length > 0) tally.failures.push(`${JSON.stringify(one)}: ${problems.join("; ")}`);
    if (tally.cases % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return tally;
}

/** A defect in one case is a failure of that case, so that it can be run again. */
const resultOf = (matrix: Matrix, one: Case): Promise<CaseResult> =>
  matrix
    .run(one)
    .catch((error: unknown) => ({ problems: [`it throws: ${error}`], strikable: 0, calls: [], struck: [] }));

/** The size of a tally in words. */
export function sizeOf({ cases, pairs, noted, calls, failures }: Tally, word?: string): string {
  return [
    `${cases} cases`,
    ...(pairs > 0 ? [`${pairs} of them pairs`] : []),
    `${calls} calls`,
    ...(word === undefined ? [] : [`${noted} ${word}`]),
    `${failures.length} failed`,
  ].join(", ");
}

/** One line of a report on a matrix. */
export const lineOf = ({ name, noted }: Matrix, what: string, tally: Tally): string =>
  `${name} matrix, ${what}: ${sizeOf(tally, noted)}`;
