import type { RotationRecord } from "../ledger/rotation-record.ts";
import type { RotationSettings } from "../parts.ts";
import type { VersionId } from "../ports.ts";
import type { Refused } from "../refusal.ts";

/**
 * Whether this version may be begun, by who asked for it. A version that nobody ordered was begun in the AWS console
 * or by the service's own schedule: that counts as automatic. What the schedule tries again in a person's stead may be
 * begun as that person allowed, but not while it is held.
 *
 * @param record what is remembered; undefined when nothing is
 */
export function judgeOrder(
  record: Pick<RotationRecord, "order" | "held"> | undefined,
  { clientId, rotate }: Pick<RotationSettings, "clientId" | "rotate">,
  version: VersionId,
): Refused | undefined {
  const order = record?.order?.version === version ? record.order : undefined;
  if (order && order.by !== "schedule") return undefined;
  if (rotate === "off" && !order?.asked) {
    const message = `The credential of ${clientId} is set to rotate: off, and no person asked for this version; use curfew rotate, or set rotate: auto.`;
    return { refusal: "rotate-off", message };
  }
  if (record?.held) {
    const message = `Rotating the credential of ${clientId} is held; see curfew rotate status, and go on with curfew rotate resume.`;
    return { refusal: "held", message };
  }
  return undefined;
}
