import { isDeepStrictEqual } from "node:util";
import type { Folded, Standing, Transition } from "./finding-record.ts";
import { type RunKey, startOfRun } from "./run-record.ts";

/** What one run says about one finding; a run that says nothing is not asked. */
export type Saying = Standing | "absent";

/** Where a finding stood just before a run; undefined when nobody had seen it. */
export const standingBefore = (transitions: readonly Transition[], run: RunKey): Transition | undefined =>
  transitions.findLast((transition) => transition.run < run);

/** Where a finding stands as of a run, that run included. */
export const standingAt = (transitions: readonly Transition[], run: RunKey): Transition | undefined =>
  transitions.findLast((transition) => transition.run <= run);

/** True when a finding is there at all. */
export const isPresent = (standing: Standing | undefined): boolean =>
  standing !== undefined && standing.state !== "resolved";

/**
 * Adds what a run says to the transitions of a finding; the order in which runs are added does not matter.
 *
 * A run that comes late falls between two transitions. The newer runs up to the next transition said what the earlier
 * transition says; the first of them becomes a transition of its own when the late run said something else.
 *
 * @param newer the runs behind `run` that said something about the finding, in their order
 * @returns the very same array when nothing changes
 */
export function addSaying(
  transitions: readonly Transition[],
  run: RunKey,
  saying: Saying,
  newer: readonly RunKey[],
): readonly Transition[] {
  const before = standingBefore(transitions, run);
  if (saying === "absent" ? !isPresent(before) : before !== undefined && isSame(before, saying)) return transitions;

  const earlier = transitions.filter((transition) => transition.run < run);
  const later = transitions.filter((transition) => transition.run > run);
  const next = later[0];
  const first = newer.find((key) => key > run && (next === undefined || key < next.run));
  const said: Standing = saying === "absent" ? RESOLVED : saying;
  const kept = first === undefined ? [] : [{ ...(before ?? RESOLVED), run: first }];
  return compress([...earlier, { ...said, run }, ...kept, ...later]);
}

/**
 * True when a newer run was quicker and found the same change: then that run has told of it. What was its transition
 * has become that of the run that came late.
 *
 * @param known the transitions before the late run was added
 * @param after with the late run
 */
export function isToldByNewer(known: readonly Transition[], after: readonly Transition[], run: RunKey): boolean {
  const next = known.find((transition) => transition.run > run);
  return next !== undefined && !after.some((transition) => transition.run === next.run);
}

/** Its severity is that of what it follows. */
const RESOLVED: Standing = { state: "resolved", severity: "info" };

/** Leaves out what says the same as the one before it, and lets what is resolved keep the severity that it had. */
function compress(transitions: readonly Transition[]): Transition[] {
  const compressed: Transition[] = [];
  for (const transition of transitions) {
    const before = compressed.at(-1);
    if (before && isSame(before, transition)) continue;
    if (transition.state !== "resolved") compressed.push(transition);
    else compressed.push({ run: transition.run, state: "resolved", severity: (before ?? transition).severity });
  }
  return compressed;
}

function isSame(a: Standing, b: Standing): boolean {
  if (a.state !== b.state) return false;
  if (a.state === "resolved") return true;
  return a.severity === b.severity && isDeepStrictEqual(a.exception, b.exception);
}

/** When there are more transitions than the first of these numbers, only the newest are kept, as many as the second. */
const MOST_TRANSITIONS = 64;
const KEPT_TRANSITIONS = 32;

/** What is kept of the history of one finding. */
interface Kept {
  transitions: readonly Transition[];
  folded?: Folded;
}

/** Folds a very long history: of its beginning only the first sight and the number of regressions are kept. */
export function fold(kept: Kept): Kept {
  const { transitions, folded } = kept;
  if (transitions.length <= MOST_TRANSITIONS) return folded ? { transitions, folded } : { transitions };
  const count = transitions.length - KEPT_TRANSITIONS;
  const firstKept = transitions[count]; // the step to it is counted with what is folded
  return {
    transitions: transitions.slice(count),
    folded: { firstSeen: firstSeenIn(kept), regressions: regressionsIn(kept, firstKept?.run) },
  };
}

/** True for a run that is older than what is still kept: it says nothing any more. */
export const isFoldedAway = ({ transitions, folded }: Kept, run: RunKey): boolean =>
  folded !== undefined && run < (transitions[0]?.run ?? "");

/** The first run that saw the finding. */
export const firstSeenIn = ({ transitions, folded }: Kept): RunKey => folded?.firstSeen ?? transitions[0]?.run ?? "";

/** How often the finding had come back as of a run after it had been resolved. */
export function regressionsIn({ transitions, folded }: Kept, until?: RunKey): number {
  const counted = transitions.filter(
    ({ run }, index) => (until === undefined || run <= until) && transitions[index - 1]?.state === "resolved",
  );
  return (folded?.regressions ?? 0) + counted.length;
}

/** The run at which an open finding became open; changes of its severity since then do not count. */
export function openSince(transitions: readonly Transition[], until: RunKey): RunKey | undefined {
  const known = transitions.filter(({ run }) => run <= until);
  const other = known.findLastIndex(({ state }) => state !== "open");
  return known[other + 1]?.run;
}

/** Milliseconds since the Unix epoch at which a run was started. */
export const instantOfRun = (run: RunKey): number => Date.parse(startOfRun(run));
