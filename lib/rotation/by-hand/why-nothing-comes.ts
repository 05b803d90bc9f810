import type { CurfewError } from "../../model/curfew-error.ts";
import type { Said } from "../asking/asking.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";
import type { VersionId } from "../ports.ts";
import { unfinished } from "../unfinished.ts";

/** A version that hangs, and whether Auth0 accepts its value; null where that was not asked, `empty` where it has none yet. */
interface Hanging {
  version: VersionId;
  value: Said | "empty" | null;
}

/** What is known of what hangs, beside its value. */
interface Seen {
  record: RotationRecord | undefined;
  isLabelled: boolean;
  isCurrent: boolean;
  /** Whether it is a client secret that Auth0 was told of and from which AWSCURRENT was moved back: it is not sent again. */
  isLeft: boolean;
  stored: Said | undefined;
}

const ENDS = "a rotation brings it to its end, and the next one begins anew.";
const SEEN_FIRST = "a rotation records that, the next one brings it to its end, and then one begins anew.";

/**
 * What hangs and will not be rotated to: a told one that lost its label and is not accepted, one that was refused after
 * it was current, or an older one that somebody labelled. A rotation only brings it to its end, and has to be begun
 * anew then.
 */
export function whyNothingComes(
  { version, value }: Hanging,
  { record, isLabelled, isCurrent, isLeft, stored }: Seen,
): CurfewError | undefined {
  const underWay = record?.underWay?.version === version ? record.underWay : undefined;
  const wasRefused = underWay?.wasRefused === true && !isCurrent;
  const isSeenNow = isLeft && value === "refused" && !wasRefused;
  const isOwn = underWay !== undefined && !underWay.wasReplaced && !wasRefused && !isSeenNow;
  if (value === "accepted" && (isOwn || stored !== "accepted")) return undefined;
  if (isLabelled && (isOwn || value === "empty")) return undefined;
  const what =
    wasRefused || isSeenNow
      ? "was refused by Auth0 after it was current, and is not sent again"
      : isOwn
        ? "lost its label, and Auth0 is not seen to accept it"
        : "is an older one, and is not set again";
  return unfinished(`The version ${version} ${what}: ${isLabelled && isSeenNow ? SEEN_FIRST : ENDS}`);
}
