import { failing } from "../lib/rotation/ledger/failing.ts";
import { isOpen, type RotationFailure, type RotationRecord } from "../lib/rotation/ledger/rotation-record.ts";

/** Where a credential stands, as docs/rotation.md lists it. */
type RotationState = "ok" | "under way" | "failed" | "held" | "aftercare" | "overdue" | "not adopted";

/** Where a credential stands, in a word or two. */
export function stateOf(rotation: RotationRecord | undefined, isAdopted: boolean): RotationState {
  const atRest = isAdopted ? "ok" : "not adopted";
  if (!rotation) return atRest;
  if (rotation.held) return "held";
  if (rotation.underWay) return "under way";
  if (rotation.aftercare.some(({ overdueSince }) => overdueSince !== undefined)) return "overdue";
  if (rotation.aftercare.length > 0) return "aftercare";
  return failing(rotation) ? "failed" : atRest;
}

/** The last failure, unless what came after it has overcome it: a promotion, or the end of the aftercare. */
export function standingFailure({ lastFailure, promoted, aftercare }: RotationRecord): RotationFailure | undefined {
  if (!lastFailure) return undefined;
  const stands = lastFailure.step === "aftercare" ? aftercare.some(isOpen) : lastFailure.at > (promoted?.at ?? 0);
  return stands ? lastFailure : undefined;
}
