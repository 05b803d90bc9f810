import type { Instant } from "../../history/history.ts";
import type { Clock } from "../../model/clock.ts";
import { hasCode } from "../../model/curfew-error.ts";
import { beforeMoment } from "../../rotation/bounded-parts.ts";

/** Stores what is about to be taken away, for as long as containing a leak may wait for that. */
export interface Keeping {
  /**
   * Tries again what fails, until five seconds have passed since something failed first; from then on everything gets
   * one try.
   *
   * @param write may be sent again while an earlier one is still under way
   * @returns undefined when it could not be stored
   */
  store<T>(write: () => Promise<T>): Promise<{ stored: T } | undefined>;
}

/** Milliseconds that a thief is given for the sake of what people could put together again. */
const PATIENCE = 5_000;

/** Between two tries. Milliseconds. */
const PAUSE = 500;

/** Of a try when patience is over. Milliseconds. */
const LAST_TRY = 1_000;

export function startKeeping(clock: Clock): Keeping {
  let patientUntil: Instant | undefined;
  return {
    async store(write) {
      for (;;) {
        const begun = clock.now();
        const until = Math.max(patientUntil ?? begun + PATIENCE, begun + LAST_TRY);
        try {
          return { stored: await beforeMoment(clock, until, write) };
        } catch (error) {
          if (!hasCode(error, "store-failed", "timed-out")) throw error;
          patientUntil ??= begun + PATIENCE;
          if (clock.now() + PAUSE >= patientUntil) return undefined;
          await clock.sleep(PAUSE);
        }
      }
    },
  };
}
