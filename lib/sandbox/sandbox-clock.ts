import { type Clock, systemClock } from "../model/clock.ts";

/** The sandbox's own time. It runs with the clock it was made from and can be moved by hand. */
export interface SandboxClock extends Clock {
  /** Sets the time, in milliseconds since the Unix epoch; it goes on running from there. */
  set(milliseconds: number): void;
  /** Moves the time forward by `milliseconds`. Whoever sleeps until then wakes up. */
  advance(milliseconds: number): void;
}

/** Makes a clock that can be moved, on top of `base`. */
export function createSandboxClock(base: Clock = systemClock): SandboxClock {
  let offset = 0;
  let moved = Promise.withResolvers<void>();
  const now = () => base.now() + offset;
  const moveTo = (milliseconds: number) => {
    offset = milliseconds - base.now();
    moved.resolve();
    moved = Promise.withResolvers<void>();
  };
  return {
    now,
    set: moveTo,
    advance: (milliseconds) => moveTo(now() + milliseconds),
    sleep: async (milliseconds, signal) => {
      const due = now() + milliseconds;
      while (now() < due) await sleepOnce(base, due - now(), moved.promise, signal);
      signal?.throwIfAborted();
    },
  };
}

/** Sleeps until `milliseconds` of the base clock are over or somebody moves the sandbox's clock. */
async function sleepOnce(base: Clock, milliseconds: number, moved: Promise<void>, signal?: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const sleeping = base.sleep(milliseconds, signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
  try {
    await Promise.race([sleeping, moved]);
  } finally {
    sleeping.catch(() => undefined);
    stop.abort();
  }
}
