import type { Instant } from "../../history/history.ts";
import type { Clock } from "../../model/clock.ts";
import type { Table } from "../../store/table.ts";
import { takenUntil } from "../lease.ts";
import { type Progress, progressOf } from "../ledger/progress.ts";
import { type RotationRecord, rotationKey } from "../ledger/rotation-record.ts";
import type { RotationTarget } from "../ledger/target.ts";
import type { VersionId } from "../ports.ts";

/** What is followed. */
export interface Followed {
  target: RotationTarget;
  version: VersionId;
  /** When this try was ordered. */
  since: Instant;
  /** Where this process does the steps itself: it is followed until they are settled, and one look beyond. */
  worker?: Promise<unknown> | undefined;
}

/** Milliseconds between two looks at the record; a step takes seconds. */
const LOOK = 1_000;

/**
 * A step, retries and propagation included, is over within a minute or two, a proof within 75 s and some retries; and
 * that an old credential is still accepted is said after five minutes. Who hears nothing for longer would wait for
 * nothing. Milliseconds.
 */
export const LONGEST_SILENCE = 330_000;

/** When somebody else's work has ended, the service's next try is waited for so long at least. Milliseconds. */
const NEXT_TRY = 120_000;

/** Where a rotation stands, and who is in its way. */
export interface Watched extends Progress {
  /** Until when somebody else has the credential at the latest; undefined while nobody else has it. */
  takenUntil: Instant | undefined;
}

/**
 * Follows a rotation that somebody else carries out: yields where it stands, at once and after each change, until it is
 * over, fails twice in the same way, or nothing was heard for {@link LONGEST_SILENCE}. That somebody else is at work is
 * no such failure: it is waited out, for as long as that one's lease lasts.
 *
 * @throws the signal's reason when it is aborted; the rotation goes on
 */
export async function* follow(
  table: Table,
  { target, version, since, worker }: Followed,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Watched> {
  const { tenant, clientId } = target;
  let heard: { text: string; at: Instant; progress: Progress } | undefined;
  let toldUntil: Instant | undefined;
  let takenAt = 0;
  let isLast = false;
  const settle = () => {
    isLast = true;
  };
  worker?.then(settle, settle);
  for (;;) {
    signal.throwIfAborted();
    const wasLast = isLast;
    const row = await table.get<RotationRecord>(rotationKey(tenant, clientId));
    const progress = progressOf(row?.value, version, since);
    const text = JSON.stringify(progress);
    const now = clock.now();
    const failedAgain = isRepeated(heard?.progress.failure, progress.failure);
    const isBusy = progress.failure?.code === "rotation-busy";
    const until = isBusy ? await takenUntil(table, { tenant, clientId, owner: version }, now) : undefined;
    if (until !== undefined) takenAt = now;
    if (text !== heard?.text || (until !== undefined && until !== toldUntil)) {
      if (text !== heard?.text) heard = { text, at: now, progress };
      toldUntil = until;
      yield { ...progress, takenUntil: until };
    }
    const isQuiet = now - heard.at >= LONGEST_SILENCE && now - takenAt >= NEXT_TRY;
    const isEnough = isOver(progress, now) || failedAgain || isQuiet;
    if (worker ? wasLast : isEnough) return;
    await clock.sleep(LOOK, signal);
  }
}

/** The service tries a failed step again. What fails twice in the same way will not pass while somebody watches. */
const isRepeated = (before: Progress["failure"] | undefined, after: Progress["failure"]): boolean =>
  !!before &&
  !!after &&
  after.code !== "rotation-busy" &&
  before.at !== after.at &&
  before.step === after.step &&
  before.message === after.message;

/** Whether waiting any longer would bring nothing: it is done, or a person must act, or its next step is hours away. */
function isOver({ stage, failure, held, aftercare }: Progress, now: Instant): boolean {
  if (stage === "proven") return true;
  if (stage !== "promoted") return held !== null || (failure !== null && failure.refusal !== null);
  if (!aftercare) return true;
  const { notProvable, overdueSince, from } = aftercare;
  return notProvable !== undefined || overdueSince !== undefined || from - now > LONGEST_SILENCE;
}
