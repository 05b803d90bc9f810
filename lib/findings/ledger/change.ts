import { daysBetween, startOfDay } from "../../config/calendar.ts";
import type { Finding } from "../../model/finding.ts";
import { isAtLeast } from "../../model/severity.ts";
import { brief, briefResource, LONGEST_MESSAGE } from "./brief.ts";
import type { FindingHistory, Standing, Transition } from "./finding-record.ts";
import type { LastSighting } from "./last-sighting.ts";
import { type Change, type ChangeKind, type RunKey, startOfRun } from "./run-record.ts";
import {
  firstSeenIn,
  instantOfRun,
  isPresent,
  isToldByNewer,
  openSince,
  regressionsIn,
  standingAt,
  standingBefore,
} from "./transitions.ts";

/** What a run changed about one finding, and whether it is worth telling. */
export interface Verdict {
  change: Change;
  /** False for an open finding that is open still and has passed no mark. */
  isTold: boolean;
}

/** What is compared. */
export interface Comparison {
  run: RunKey;
  /** As it was known of all earlier runs, whatever newer ones say; undefined when nobody had seen it. */
  before: FindingHistory | undefined;
  /** With what this run says. */
  after: FindingHistory;
  /** As this run saw it; undefined when it is absent. */
  finding: Finding | undefined;
  lastSighting: LastSighting;
}

/**
 * What a run says about a finding, compared with all earlier runs; undefined when it is as it was. Of what a newer run
 * has told already, because it was quicker, nobody hears again.
 */
export async function judgeChange(comparison: Comparison): Promise<Verdict | undefined> {
  const { run, before, after } = comparison;
  const was = before && standingBefore(before.transitions, run);
  const is = standingAt(after.transitions, run);
  if (!is) return undefined;
  if (before && isToldByNewer(before.transitions, after.transitions, run)) return known(is, comparison);
  const kind = is.state === "open" ? openKind(was, is) : await otherKind(was, is, comparison);
  if (!kind) return undefined;
  const mark = kind === "still-open" ? await newMark(comparison) : undefined;
  return { change: changeOf(kind, is, comparison, mark), isTold: kind !== "still-open" || mark !== undefined };
}

/** An open finding that is known already counts as one that stays open. */
const known = (is: Transition, comparison: Comparison): Verdict | undefined =>
  is.state === "open" ? { change: changeOf("still-open", is, comparison, undefined), isTold: false } : undefined;

function openKind(was: Standing | undefined, is: Standing): ChangeKind {
  if (!was) return "new";
  if (was.state === "resolved") return "regressed";
  if (was.state === "excepted") return "exception-ended";
  return isAtLeast(was.severity, is.severity) ? "still-open" : "severity-raised";
}

async function otherKind(
  was: Transition | undefined,
  is: Standing,
  comparison: Comparison,
): Promise<ChangeKind | undefined> {
  if (is.state === "resolved") return isPresent(was) ? "resolved" : undefined;
  const isEnding = isNearItsEnd(is, comparison.run);
  if (was?.state !== "excepted") return isEnding ? "exception-expiring" : "excepted";
  if (!isEnding) return undefined;
  return isNearItsEnd(was, await comparison.lastSighting(comparison.after, was.run)) ? undefined : "exception-expiring";
}

/** An exception is announced this many days before its last one. */
const NOTICE_DAYS = 14;

function isNearItsEnd({ exception }: Standing, run: RunKey): boolean {
  const last = exception && startOfDay(exception.expires);
  return last !== undefined && daysBetween(instantOfRun(run), last) <= NOTICE_DAYS;
}

/** The mark that a finding passes with this run: the highest one, when the run that saw it last was not beyond it yet. */
async function newMark({ run, after, lastSighting }: Comparison): Promise<number | undefined> {
  const since = openSince(after.transitions, run);
  if (since === undefined) return undefined;
  const mark = markAt(since, run);
  if (mark === 0) return undefined;
  return markAt(since, await lastSighting(after, since)) < mark ? mark : undefined;
}

const DAY = 86_400_000;

/** The highest of 1, 3, 7, 14, 21, … days that have passed between two runs; 0 when none has. */
function markAt(since: RunKey, run: RunKey): number {
  const days = Math.floor((instantOfRun(run) - instantOfRun(since)) / DAY);
  if (days >= 7) return days - (days % 7);
  return days >= 3 ? 3 : days >= 1 ? 1 : 0;
}

const GONE = "It is not found any more: its check was evaluated without it, or its resource is gone.";

function changeOf(
  kind: ChangeKind,
  is: Transition,
  { run, after, finding }: Comparison,
  mark: number | undefined,
): Change {
  return {
    kind,
    finding: after.id,
    check: after.check,
    severity: is.severity,
    resource: finding ? briefResource(finding.resource) : after.resource,
    aspect: after.aspect,
    message: brief(finding?.message ?? GONE, LONGEST_MESSAGE),
    firstSeen: startOfRun(firstSeenIn(after)),
    regressions: regressionsIn(after, run),
    ...(mark === undefined ? {} : { openForDays: mark }),
    ...(is.exception ? { exception: is.exception } : {}),
  };
}
