import type { Instant } from "../../history/history.ts";
import type { Secret } from "../../model/secret.ts";
import { currentRefused, doesNotSay } from "../judgements/overwriting.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";
import { refusedError } from "../refusal.ts";
import type { Work } from "../work.ts";
import { type Ask, PAUSE, SETTLING } from "./asking.ts";

/** Which stored credential the tenant accepts. */
export type InUse =
  | { which: "pending" }
  | {
      which: "current";
      /** When the question was sent that was answered so: what people do after it is not seen. */
      askedAt: Instant;
    };

/** What is stored; the pending one where there is one already. */
export interface Stored {
  current: Secret;
  pending?: Secret | undefined;
  /** Whether a refusal means anything. */
  record: RotationRecord | undefined;
}

/**
 * Finds out which stored credential the tenant accepts, before anything is changed. A current one that is refused while
 * the pending one is not accepted is the sign that somebody set another one by hand: some servers of the tenant may go
 * on accepting it for 30 s. From then on it counts as in use only when it was accepted throughout the 45 s after the
 * last refusal; our own change before this one may have been what was still spreading.
 *
 * @throws CurfewError `rotation-refused` (`current-refused`, `never-accepted`) when the current one is still refused after
 * 45 s, and `rotation-unfinished` where answers are missing, which are never taken for refusals
 */
export async function inUse(work: Work, ask: Ask, { current, pending, record }: Stored): Promise<InUse> {
  const { clock } = work.parts;
  const begun = clock.now();
  let doubtedAt: Instant | undefined;
  let sawUnknown = false;
  for (;;) {
    if (pending) {
      const said = await ask(pending);
      if (said === "accepted") return { which: "pending" };
      sawUnknown ||= said === "unknown";
    }
    const askedAt = clock.now();
    const said = await ask(current);
    const now = clock.now();
    if (said === "accepted" && (doubtedAt === undefined || askedAt - doubtedAt >= SETTLING)) {
      return { which: "current", askedAt };
    }
    if (said === "unknown") sawUnknown = true;
    if (said === "refused" || (said === "unknown" && doubtedAt !== undefined)) doubtedAt = now;
    if (said !== "accepted" && now - begun >= SETTLING) {
      throw sawUnknown ? doesNotSay(work.settings) : refusedError(currentRefused(work.settings, record));
    }
    if (now + PAUSE > work.until) throw doesNotSay(work.settings);
    await clock.sleep(PAUSE);
  }
}
