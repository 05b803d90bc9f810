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
 * stays, since it may say that the version was promoted before, but it is over. So are its failures: nothing is left
 * that could fail again.
 */
export const dropped = (
  { underWay, order, ...record }: RotationRecord,
  version: VersionId,
  cameToNothing: Instant,
): RotationRecord => ({
  ...withoutFailures(record, version, cameToNothing),
  ...(underWay && underWay.version !== version ? { underWay } : {}),
  ...(order ? { order: order.version === version ? { ...order, cameToNothing } : order } : {}),
  aftercare: record.aftercare.map((one) =>
    one.current === version && one.promotedAt === undefined ? { ...one, ...NOTHING_CAME } : one,
  ),
});

/** Only a person lifts a hold, and until then it is on record what it is for. */
function withoutFailures<T extends Pick<RotationRecord, "failures" | "lastFailure" | "held">>(
  record: T,
  version: VersionId,
  cameToNothing: Instant,
): T {
  const { lastFailure, held } = record;
  if (held || lastFailure?.version !== version) return record;
  return { ...record, failures: 0, lastFailure: { ...lastFailure, cameToNothing } };
}

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
