import type { Finding } from "../../model/finding.ts";
import { worstFirst } from "../../model/severity.ts";
import type { Row } from "../../store/table.ts";
import type { FindingRecord } from "./finding-record.ts";
import { PREFIX } from "./keys.ts";

/** One finding: what is remembered of it, what the run says of it, or both. */
export interface Pair {
  id: string;
  row: Row<FindingRecord> | undefined;
  finding: Finding | undefined;
}

/**
 * Brings together what is remembered and what a run found, one finding after the other: neither side has to be in
 * memory as a whole beside the other.
 *
 * @param rows in the order of their keys
 * @param findings as {@link byId} gives them
 */
export async function* mergeJoin(
  rows: AsyncIterable<Row<FindingRecord>>,
  findings: readonly Finding[],
): AsyncGenerator<Pair> {
  let next = 0;
  for await (const row of rows) {
    const id = row.key.sort.slice(PREFIX.finding.length);
    for (let finding = findings[next]; finding && finding.id < id; finding = findings[next]) {
      yield { id: finding.id, row: undefined, finding };
      next += 1;
    }
    const same = findings[next]?.id === id ? findings[next] : undefined;
    if (same) next += 1;
    yield { id, row, finding: same };
  }
  for (const finding of findings.slice(next)) yield { id: finding.id, row: undefined, finding };
}

/** Findings in the order of their ids, each once: of two with the same identity the worse. */
export function byId(findings: readonly Finding[]): Finding[] {
  const sorted = findings.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : worstFirst(a.severity, b.severity)));
  return sorted.filter(({ id }, index) => sorted[index - 1]?.id !== id);
}
