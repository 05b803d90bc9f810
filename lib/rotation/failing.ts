import type { RotationFailure, RotationRecord } from "./rotation-record.ts";

/**
 * The last failure of a rotation, where it still stands: nothing was promoted since. A refusal that says only that
 * nobody should have asked is none: it is the answer that was wanted.
 */
export function failing({ lastFailure, promoted, failures, underWay }: RotationRecord): RotationFailure | undefined {
  if (!lastFailure || lastFailure.step === "aftercare" || lastFailure.at <= (promoted?.at ?? 0)) return undefined;
  const isUnfinished = underWay?.version === lastFailure.version;
  return failures > 0 || isUnfinished || lastFailure.refusal === "rotation-disabled" ? lastFailure : undefined;
}
