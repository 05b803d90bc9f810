import type { Instant } from "../../lib/history/history.ts";
import { failedTry, failing } from "../../lib/rotation/ledger/failing.ts";
import { progressOf, type Stage } from "../../lib/rotation/ledger/progress.ts";
import {
  concernsPeople,
  type RotationFailure,
  type RotationRecord,
} from "../../lib/rotation/ledger/rotation-record.ts";
import type { VersionId } from "../../lib/rotation/ports.ts";

/** Where a credential stands, as docs/rotation.md lists it. */
type RotationState = "ok" | "ordered" | "under way" | "failed" | "held" | "aftercare" | "overdue" | "not adopted";

/** Where a credential stands, in a word or two. */
export function stateOf(rotation: RotationRecord | undefined, isAdopted: boolean): RotationState {
  const atRest = isAdopted ? "ok" : "not adopted";
  if (!rotation) return atRest;
  if (rotation.held) return "held";
  if (rotation.underWay) return "under way";
  if (rotation.aftercare.some(({ overdueSince }) => overdueSince !== undefined)) return "overdue";
  if (rotation.aftercare.some(concernsPeople)) return "aftercare";
  if (failedRotation(rotation)) return "failed";
  return unfinished(rotation) ? "ordered" : atRest;
}

/** The try that came to nothing, where nothing was promoted since: also an order by hand that was refused, of which nobody else is told. */
export const failedRotation = (rotation: RotationRecord): RotationFailure | undefined =>
  failing(rotation) ?? failedTry(rotation);

/** A version that is being made, or was ordered at least. */
export interface Unfinished {
  version: VersionId;
  /** When it was begun; of one that was only ordered, when that was. */
  since: Instant;
  stage: Stage;
}

/** The version that is not finished, and how far it has come; undefined where there is none, or where its order failed or came to nothing. */
export function unfinished(rotation: RotationRecord): Unfinished | undefined {
  const { underWay, order, promoted, lastFailure } = rotation;
  if (underWay) {
    const { version, startedAt } = underWay;
    return { version, since: startedAt, stage: progressOf(rotation, version, 0).stage };
  }
  if (!order || order.cameToNothing !== undefined || [promoted?.version, lastFailure?.version].includes(order.version))
    return undefined;
  const since = order.orderedAt ?? order.at;
  return since > (promoted?.at ?? 0) ? { version: order.version, since, stage: "ordered" } : undefined;
}
