import type { Instant } from "../../history/history.ts";
import { SETTLING } from "../asking/asking.ts";
import type { ProofAnswer } from "../ledger/rotation-record.ts";

/** So many refusals, over so many milliseconds: an answer from each part of Auth0 that has not heard yet is likely. */
export const REFUSALS = 5;
const SPAN = 30_000;

/** Between two questions of a proof: five of them span 30 s. Milliseconds. */
export const PROOF_PAUSE = SPAN / (REFUSALS - 1);

/** Answers that are kept of a proof that does not come about: enough to see what happened. */
const KEPT = 20;

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
