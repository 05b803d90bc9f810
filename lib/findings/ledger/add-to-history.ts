import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../../model/finding.ts";
import { briefResource } from "./brief.ts";
import type { FindingHistory, Standing } from "./finding-record.ts";
import type { RunKey } from "./run-record.ts";
import { addSaying, fold, isFoldedAway, isPresent, type Saying, standingAt } from "./transitions.ts";
import { isSilenceTelling, type Known, type Witness } from "./witness.ts";

/** A run that is newer than the one that is being added. */
export interface NewerRun {
  witness: Witness;
  /** The ids of findings that it saw although its silence about them would have meant nothing. */
  sightings: ReadonlySet<string>;
}

/** What a run says about a finding; undefined when nothing: that leaves everything as it was. */
export function sayingOf(
  witness: Witness,
  known: FindingHistory | undefined,
  finding: Finding | undefined,
): Saying | undefined {
  if (known && isFoldedAway(known, witness.key)) return undefined;
  if (finding) return standingOf(finding);
  return known && isSilenceTelling(witness, known) ? "absent" : undefined;
}

const standingOf = ({ status, severity, exception }: Finding): Standing =>
  status === "excepted" && exception ? { state: "excepted", severity, exception } : { state: "open", severity };

/** What a run adds to what is remembered of a finding. */
export interface Addition {
  run: RunKey;
  saying: Saying;
  /** The finding as the run saw it; undefined when it is absent. */
  finding: Finding | undefined;
  /** In their order. */
  newer: readonly NewerRun[];
}

/**
 * Adds what a run says to what is remembered of a finding.
 *
 * @returns the very same history when nothing changes; undefined when there is nothing to remember
 */
export function addToHistory(known: FindingHistory | undefined, addition: Addition): FindingHistory | undefined {
  const history = known ?? (addition.finding && beginning(addition.finding));
  if (!history) return undefined;
  const newer = informed(addition.newer, history);
  const resource = resourceAfter(history, addition.finding, newer);
  const transitions = addSaying(history.transitions, addition.run, addition.saying, newer);
  if (transitions === history.transitions && resource === history.resource) return history;
  return { ...history, resource, ...fold({ ...history, transitions }) };
}

const beginning = ({ id, check, aspect, resource }: Finding): FindingHistory => ({
  id,
  check,
  aspect,
  resource: briefResource(resource),
  transitions: [],
});

/** The newer runs that said something about a finding. */
const informed = (newer: readonly NewerRun[], known: Known): RunKey[] =>
  newer
    .filter(({ witness, sightings }) => isSilenceTelling(witness, known) || sightings.has(known.id))
    .map(({ witness }) => witness.key);

/** As the newest run saw it that saw it at all. */
function resourceAfter(
  { resource, transitions }: FindingHistory,
  finding: Finding | undefined,
  newer: readonly RunKey[],
) {
  if (!finding || newer.some((run) => isPresent(standingAt(transitions, run)))) return resource;
  const seen = briefResource(finding.resource);
  return isDeepStrictEqual(seen, resource) ? resource : seen;
}
