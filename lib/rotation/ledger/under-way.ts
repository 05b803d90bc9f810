import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import type { VersionId } from "../ports.ts";
import { changeRotation } from "./ledger.ts";
import type { RotationRecord } from "./rotation-record.ts";
import type { RotationTarget } from "./target.ts";

/** What a new credential takes the place of. */
export interface Replaced {
  version: VersionId;
  /** Whether the tenant was seen to accept it until then; else it only bore AWSCURRENT. */
  wasAccepted: boolean;
}

/** What this version took the place of when the tenant was told of it; undefined where it was not. */
export function replacedBy(
  { version }: { version: VersionId },
  record: RotationRecord | undefined,
): Replaced | undefined {
  const { underWay } = record ?? {};
  if (underWay?.version !== version || underWay.replaces === undefined) return undefined;
  return { version: underWay.replaces, wasAccepted: underWay.wasAccepted === true };
}

/** When Curfew set this version at the tenant; undefined where a person did, or where that was long before. */
export const setByCurfewAt = (
  { version }: { version: VersionId },
  { underWay }: Pick<RotationRecord, "underWay"> = {},
): Instant | undefined =>
  underWay?.version === version ? (underWay.sentAt ?? (underWay.setByHand ? undefined : underWay.setAt)) : undefined;

/** The version of a secret that its tenant was told of, whatever became of its label: it comes to its end in any case. */
export const toldVersion = (record: RotationRecord | undefined, arn: string): VersionId | undefined =>
  record?.arn !== arn || record.underWay?.setAt === undefined ? undefined : record.underWay.version;

/**
 * Of a version that is current: whether it is to be seen to that Auth0 accepts it, as for one that is pending. A person
 * may have made it current before Auth0 was told of it, or set another secret at Auth0. What was replaced once is never
 * set again.
 */
export const isToBeTold = ({ underWay }: Pick<RotationRecord, "underWay"> = {}, version: VersionId): boolean =>
  underWay?.version === version && underWay.wasReplaced !== true;

/**
 * Records what was seen of the labels: which version is current although Auth0 was not told of it, and since when.
 *
 * @param early undefined where none is
 */
export const noteEarly = (table: Table, target: RotationTarget, early: VersionId | undefined, now: Instant) =>
  changeRotation(table, target, (record) => {
    if (!record.underWay) return record;
    const { earlySince = now, ...underWay } = record.underWay;
    return { ...record, underWay: underWay.version === early ? { ...underWay, earlySince } : underWay };
  });

/** Since when applications are refused, as far as is known, because a person made a version current too early. */
export const earlySince = ({ underWay }: Pick<RotationRecord, "underWay">): Instant | undefined =>
  underWay?.setAt === undefined ? underWay?.earlySince : undefined;
