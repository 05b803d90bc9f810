import type { Instant } from "../../history/history.ts";
import type { VersionId } from "../ports.ts";
import { standingFailure } from "./failing.ts";
import type { Aftercare, RotationFailure, RotationRecord } from "./rotation-record.ts";

/** How far the rotation to one version has come. `set`: the tenant may know the new value; the only way is forward. */
export const STAGES = ["ordered", "begun", "set", "promoted", "proven"] as const;
export type Stage = (typeof STAGES)[number];

/** Where the rotation to one version stands, as its record tells. */
export interface Progress {
  stage: Stage;
  /** What went wrong at the last try; null when nothing did, or when it was overcome. */
  failure: RotationFailure | null;
  /** Why no automatic try begins any more, where this try brought it about. */
  held: RotationRecord["held"] | null;
  /** What is left to be done after the promotion; null before it and when nothing is. */
  aftercare: Aftercare | null;
}

/**
 * Reads out of a record where the rotation to `version` stands.
 *
 * @param since what failed before is an older try's affair
 */
export function progressOf(record: RotationRecord | undefined, version: VersionId, since: Instant): Progress {
  const stage = stageOf(record, version);
  const isDone = stage === "promoted" || stage === "proven";
  const failure = record && standingFailure(record);
  return {
    stage,
    failure: failure?.version === version && failure.at >= since && !isDone ? failure : null,
    held: record?.held && record.held.since >= since && !isDone ? record.held : null,
    aftercare: record?.aftercare.find(({ current }) => current === version) ?? null,
  };
}

function stageOf(record: RotationRecord | undefined, version: VersionId): Stage {
  if (record && isPromoted(record, version)) return isProven(record, version) ? "proven" : "promoted";
  if (record?.underWay?.version !== version) return "ordered";
  return record.underWay.setAt === undefined ? "begun" : "set";
}

/** A version that left its label behind may be ordered again: that it was promoted long before is not this order's doing. */
function isPromoted({ promoted, order }: RotationRecord, version: VersionId): boolean {
  if (promoted?.version !== version) return false;
  return order?.version !== version || order.promotedBefore !== promoted.at;
}

const isProven = ({ promoted, lastProof }: RotationRecord, version: VersionId): boolean =>
  lastProof?.current === version && lastProof.provenAt >= (promoted?.at ?? 0);
