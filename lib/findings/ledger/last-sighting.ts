import type { Table } from "../../store/table.ts";
import type { RunKey, RunRecord } from "./run-record.ts";
import { earlierRuns, sightingsOf } from "./runs.ts";
import { isSilenceTelling, type Known, type Witness, witnessOf } from "./witness.ts";

/**
 * The newest run that said something about a finding, back to `since`, and before `until` where that is given: where
 * the finding was there all that time, that run saw it.
 */
export type LastSighting = (finding: Known, since: RunKey, until?: RunKey) => Promise<RunKey>;

interface EarlierRun {
  witness: Witness;
  sightings(): Promise<ReadonlySet<string>>;
}

/** Looks back from a run, reading each earlier one once and only as far as somebody has to look. */
export function sightingsBefore(table: Table, tenant: string, run?: RunKey): LastSighting {
  const runs = earlierRuns(table, tenant, run);
  const known: Promise<EarlierRun | undefined>[] = [];
  const at = (index: number): Promise<EarlierRun | undefined> => {
    known[index] ??= runs.next().then(({ value }) => (value ? earlierRun(table, value) : undefined));
    return known[index];
  };
  return async (finding, since, until) => {
    for (let index = 0; ; index += 1) {
      const earlier = await at(index);
      if (!earlier || earlier.witness.key <= since) return since;
      if (until !== undefined && earlier.witness.key >= until) continue;
      if (isSilenceTelling(earlier.witness, finding)) return earlier.witness.key;
      if ((await earlier.sightings()).has(finding.id)) return earlier.witness.key;
    }
  };
}

function earlierRun(table: Table, record: RunRecord): EarlierRun {
  let ids: Promise<ReadonlySet<string>> | undefined;
  return {
    witness: witnessOf(record),
    sightings: () => {
      ids ??= sightingsOf(table, record);
      return ids;
    },
  };
}
