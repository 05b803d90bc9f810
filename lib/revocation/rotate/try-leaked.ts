import type { TokenAnswer } from "../../auth0/ask-for-token.ts";
import type { Instant } from "../../history/history.ts";
import type { Clock } from "../../model/clock.ts";
import { PROOF_PAUSE, REFUSALS } from "../../rotation/aftercare/proof.ts";
import { SETTLING } from "../../rotation/asking/asking.ts";

/** What somebody tried who has what leaked. */
export interface Trial {
  /** Milliseconds since the epoch: when it began, and when it was over. */
  from: Instant;
  at: Instant;
  /**
   * - `nothing`: the credential is right, and it gets nothing any more
   * - `issued`: it got a token, which was dropped at once
   * - `refused`: it is not this application's credential, or not any more; which of the two nobody can say
   * - `unknown`: the answers tell nothing
   */
  came: "nothing" | "issued" | "refused" | "unknown";
  /** For which API a token was given out, or why nobody knows. */
  detail: string | null;
}

/** How it is tried. */
interface TrialParts {
  /** Asks the token endpoint with what leaked. */
  ask(audience: string): Promise<TokenAnswer>;
  clock: Clock;
  signal: AbortSignal;
}

/** How long a trial lasts at most, after it has begun: its pauses, and its requests when they are slow. Milliseconds. */
export const LONGEST_TRIAL = 600_000;

/** How many requests it sends at most. */
export const requestsOf = (audiences: readonly string[]): number => 2 * (audiences.length + REFUSALS - 1);

/**
 * Tries whether what leaked still gets tokens: each audience once, and then one of them again and again, so that every
 * part of Auth0 has probably answered. A change spreads for up to 30 s, so it begins 45 s after the last one: as
 * long and as often as a rotation asks until it takes a secret for dead.
 *
 * @param audiences at least one
 * @param lastWriteAt when something was taken away last
 * @throws CurfewError `interrupted`
 */
export async function tryLeaked(
  audiences: readonly string[],
  lastWriteAt: Instant,
  { ask, clock, signal }: TrialParts,
): Promise<Trial> {
  const from = clock.now();
  const over = (came: Trial["came"], detail: string | null = null): Trial => ({ from, at: clock.now(), came, detail });
  await clock.sleep(Math.max(0, lastWriteAt + SETTLING - from), signal);
  const again = Array.from({ length: REFUSALS - 1 }, () => audiences[0] ?? "");
  for (const [index, audience] of [...audiences, ...again].entries()) {
    if (index >= audiences.length) await clock.sleep(PROOF_PAUSE, signal);
    const answer = await ask(audience);
    if (answer.answer === "issued") return over("issued", audience);
    if (answer.answer === "refused") return over("refused");
    if (answer.answer === "unknown") return over("unknown", answer.detail);
  }
  return over("nothing");
}
