import { setTimeout as delay } from "node:timers/promises";

/** Where time comes from. Everything that waits or dates takes one, so that tests and rehearsals can set it. */
export interface Clock {
  /** Milliseconds since the Unix epoch, with fractions where the source has them. */
  now(): number;
  /** Resolves after `milliseconds` of this clock; rejects with the signal's reason when it is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, signal),
};

/**
 * A clock that starts at `start` and runs `speed` times as fast as the machine's.
 * Benchmarks use it where the physical bound is minutes; the sandbox and its client must share one.
 *
 * @param speed how many seconds of this clock pass in one real second
 * @param start milliseconds since the Unix epoch; the machine's time when left out
 */
export function fastClock(speed: number, start: number = systemClock.now()): Clock {
  const origin = performance.now();
  return {
    now: () => start + (performance.now() - origin) * speed,
    sleep: (milliseconds, signal) => sleep(milliseconds / speed, signal),
  };
}

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  try {
    await delay(Math.max(0, milliseconds), undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
