import type { VersionId } from "../ports.ts";
import type { RotationFailure, RotationRecord } from "./rotation-record.ts";

/**
 * The last failed try of a rotation, unless it was overcome: a value was begun since, or Auth0 told of one, or one was
 * promoted.
 */
export function standingFailure({ lastFailure, promoted, underWay }: RotationRecord): RotationFailure | undefined {
  if (!lastFailure || lastFailure.at <= (promoted?.at ?? 0)) return undefined;
  const since = Math.max(underWay?.startedAt ?? 0, underWay?.setAt ?? 0);
  return lastFailure.at < since ? undefined : lastFailure; // at the same moment it is what came of that
}

/**
 * The last try that came to nothing and was not overcome, whoever made it and whatever the reason was; undefined
 * where there was none. That nobody should have asked is no reason: it is the answer that was wanted.
 */
export function failedTry(record: RotationRecord): RotationFailure | undefined {
  const failure = standingFailure(record);
  return failure && UNWANTED.includes(failure.refusal) ? undefined : failure;
}

const UNWANTED: readonly RotationFailure["refusal"][] = ["rotate-off", "version-unknown"];

/**
 * The last failure of a rotation, where it still stands. A refusal that says only that
 * nobody should have asked is none: it is the answer that was wanted. Nor is what failed of a version that was dropped.
 */
export function failing(record: RotationRecord): RotationFailure | undefined {
  const failure = standingFailure(record);
  if (failure?.cameToNothing !== undefined) return undefined;
  const isUnfinished = record.underWay !== undefined && record.underWay.version === failure?.version;
  return record.failures > 0 || isUnfinished || failure?.refusal === "rotation-disabled" ? failure : undefined;
}

/** The last failure of a version of which nothing came, until another try begins: people hear of that once. */
export function failedForGood(record: RotationRecord): RotationFailure | undefined {
  const failure = standingFailure(record);
  return failure?.cameToNothing === undefined ? undefined : failure;
}

/**
 * Whether nothing came of a version, and people hear why. Who tries it again, as Secrets Manager does by itself, hears
 * no other reason.
 */
export function wasDropped({ lastFailure, order }: RotationRecord, version: VersionId): boolean {
  const isOrdered = order?.version === version && order.cameToNothing === undefined;
  const isOver = lastFailure?.cameToNothing !== undefined || lastFailure?.refusal === "fields-changed"; // held, or not
  return lastFailure?.version === version && isOver && !isOrdered;
}

/**
 * Whether a person's order was refused before anything was stored or told: the person has the answer, and with it the
 * order is over.
 */
export function isRefusedOrder({ order, underWay, lastFailure }: RotationRecord): boolean {
  if (order?.by !== "person" || underWay || !lastFailure) return false;
  return lastFailure.version === order.version && lastFailure.refusal !== null && lastFailure.at >= order.at;
}

/**
 * Whether every version that the record knows of has come to its end. Of one that failed before nothing came of it that
 * is not certain: its label may be left.
 */
export function isSettled(record: RotationRecord): boolean {
  const { order, underWay, promoted } = record;
  if (underWay || standingFailure(record)) return false;
  return order === undefined || order.version === promoted?.version || order.cameToNothing !== undefined;
}
