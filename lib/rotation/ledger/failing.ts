import type { RotationFailure, RotationRecord } from "./rotation-record.ts";

/**
 * The last try that came to nothing since the last promotion, whoever made it and whatever the reason was; undefined
 * where there was none. That nobody should have asked is no reason: it is the answer that was wanted.
 */
export function failedTry({ lastFailure, promoted }: RotationRecord): RotationFailure | undefined {
  if (!lastFailure || lastFailure.step === "aftercare" || lastFailure.at <= (promoted?.at ?? 0)) return undefined;
  return UNWANTED.includes(lastFailure.refusal) ? undefined : lastFailure;
}

const UNWANTED: readonly RotationFailure["refusal"][] = ["rotate-off", "version-unknown"];

/**
 * The last failure of a rotation, where it still stands: nothing was promoted since. A refusal that says only that
 * nobody should have asked is none: it is the answer that was wanted.
 */
export function failing({ lastFailure, promoted, failures, underWay }: RotationRecord): RotationFailure | undefined {
  if (!lastFailure || lastFailure.step === "aftercare" || lastFailure.at <= (promoted?.at ?? 0)) return undefined;
  const isUnfinished = underWay?.version === lastFailure.version;
  return failures > 0 || isUnfinished || lastFailure.refusal === "rotation-disabled" ? lastFailure : undefined;
}
