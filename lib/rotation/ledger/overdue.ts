import type { Instant } from "../../history/history.ts";
import { type Aftercare, isOpen } from "./rotation-record.ts";

/** An old credential that is not proven dead so long after it should be is worth an alert. Milliseconds. */
const OVERDUE_AFTER = 300_000;

/**
 * From when on a proof is overdue that did not come about, whatever the reason is: still accepted, no answer, or a key
 * that could not be taken away.
 */
export const overdueFrom = ({ from, lastWriteAt }: Pick<Aftercare, "from" | "lastWriteAt">): Instant =>
  Math.max(from, lastWriteAt) + OVERDUE_AFTER;

/** The longest time between two audits that the configuration allows, where a day has 25 hours. Milliseconds. */
export const NEXT_AUDIT = 73 * 3_600_000;

/**
 * Since when an aftercare is overdue, as anybody can see who reads its record: whoever should go on with it may not run
 * at all. A key's overlap ends between two audits, and who rotated from a laptop may have had no place for a proof:
 * where there are any, the next one has its turn first.
 *
 * @param isTended whether the credential and a rotator are configured: without them no audit goes on with it
 * @returns undefined where it is not, or where there is nothing to be proven any more
 */
export function overdueSince(care: Aftercare, now: Instant, isTended: boolean): Instant | undefined {
  if (!isOpen(care)) return undefined;
  if (care.overdueSince !== undefined) return care.overdueSince;
  if (care.promotedAt === undefined) return undefined;
  const since = overdueFrom(care);
  const isLeft = care.goneAt === undefined && (care.oldKey !== undefined || care.leftToAudit === true);
  return now >= since + (isTended && isLeft ? NEXT_AUDIT : 0) ? since : undefined;
}

/** Whether it was the last to be heard of an old credential that it is accepted; otherwise nobody knows. */
export const isStillAccepted = ({ answers }: Pick<Aftercare, "answers">): boolean => answers.at(-1)?.old === "accepted";
