import type { Instant } from "../../history/history.ts";
import type { VersionId } from "../ports.ts";
import type { Aftercare, RotationRecord } from "./rotation-record.ts";

const NOTHING_CAME: Pick<Aftercare, "notProvable" | "ending"> = {
  notProvable: "Nothing came of the version that was to replace the old credential.",
  ending: "nothing-came",
};

/**
 * What is remembered once it is known that nothing comes of a version. What was planned for after its promotion is not
 * to be done either; where it was promoted and nobody came to record it, somebody set another one since. The order
 * stays, since it may say that the version was promoted before, but it is over.
 */
export const dropped = (
  { underWay, order, ...record }: RotationRecord,
  version: VersionId,
  cameToNothing: Instant,
): RotationRecord => ({
  ...record,
  ...(underWay && underWay.version !== version ? { underWay } : {}),
  ...(order ? { order: order.version === version ? { ...order, cameToNothing } : order } : {}),
  aftercare: record.aftercare.map((one) =>
    one.current === version && one.promotedAt === undefined ? { ...one, ...NOTHING_CAME } : one,
  ),
});

/**
 * What is remembered once rotation is switched on again, of a secret in which nothing hangs: that it was off is mended,
 * and nothing comes of the version that was cancelled before the tenant was told.
 *
 * @param current what bears AWSCURRENT: where that is the version, a person finished it
 */
export function withoutCancelled(record: RotationRecord, current: VersionId | undefined, now: Instant): RotationRecord {
  const { lastFailure, ...others } = record;
  const mended = lastFailure?.refusal === "rotation-disabled" ? others : record;
  const version = (record.underWay ?? record.order)?.version;
  return version === undefined || version === current ? mended : dropped(mended, version, now);
}
