import type { Instant } from "../../history/history.ts";
import { SETTLING } from "../asking/asking.ts";
import { type Aftercare, isOpen, type ProofAnswer } from "../ledger/rotation-record.ts";

/** So many refusals, over so many milliseconds: an answer from each part of Auth0 that has not heard yet is likely. */
export const REFUSALS = 5;
const SPAN = 30_000;

/** Between two questions of a proof: five of them span 30 s. Milliseconds. */
export const PROOF_PAUSE = SPAN / (REFUSALS - 1);

/** Answers that are kept of a proof that does not come about: enough to see what happened. */
const KEPT = 20;

/** An old credential that is not proven dead so long after it should be is worth an alert. Milliseconds. */
const OVERDUE_AFTER = 300_000;

/** When a proof may begin: before that the last write may still be spreading. */
export const provableFrom = (lastWriteAt: Instant): Instant => lastWriteAt + SETTLING;

/** Adds an answer to those that are kept. */
export const withAnswer = (answers: readonly ProofAnswer[], answer: ProofAnswer): readonly ProofAnswer[] =>
  [...answers, answer].slice(-KEPT);

/**
 * The answers that prove an old credential dead: refused five times over 30 s, not before 45 s after the last write,
 * while the new one is accepted. One that is accepted once, or a new one that is refused, begins it anew. Unknown
 * proves nothing and disproves nothing.
 *
 * @returns undefined as long as they do not
 */
export function proofIn(answers: readonly ProofAnswer[], lastWriteAt: Instant): readonly ProofAnswer[] | undefined {
  const late = answers.filter(({ at }) => at >= provableFrom(lastWriteAt));
  const broken = late.findLastIndex(({ old, current }) => old === "accepted" || current === "refused");
  const good = late.slice(broken + 1).filter(({ old, current }) => old === "refused" && current === "accepted");
  const [first, last] = [good.at(0), good.at(-1)];
  if (!first || !last || good.length < REFUSALS || last.at - first.at < SPAN) return undefined;
  return good;
}

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
