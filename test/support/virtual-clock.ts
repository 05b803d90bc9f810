import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../lib/model/clock.ts";

/** A clock that stands still until a test lets it run: waiting costs no time. */
export interface VirtualClock extends Clock {
  /** Jumps from one waiting sleeper to the next until `work` is done. */
  run<T>(work: Promise<T>): Promise<T>;
}

interface Sleeper {
  wakesAt: number;
  wake(): void;
}

/** @param start milliseconds since the Unix epoch */
export function virtualClock(start = Date.UTC(2026, 10, 23, 6)): VirtualClock {
  let now = start;
  const sleepers = new Set<Sleeper>();

  return {
    now: () => now,
    sleep(milliseconds, signal) {
      return new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper: Sleeper = {
          wakesAt: now + Math.max(0, milliseconds),
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
        return undefined;
      });
    },
    async run(work) {
      let finished = false;
      const settled = work.finally(() => {
        finished = true;
      });
      settled.catch(() => undefined);
      while (!finished) {
        await setImmediate(); // everything that is ready goes first
        if (finished) break;
        const next = [...sleepers].reduce<Sleeper | undefined>(
          (first, sleeper) => (first === undefined || sleeper.wakesAt < first.wakesAt ? sleeper : first),
          undefined,
        );
        if (!next) continue;
        now = Math.max(now, next.wakesAt);
        next.wake();
      }
      return settled;
    },
  };
}
