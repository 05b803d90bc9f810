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

/** How a clock runs beside the machine's, as plain data: it goes where a clock cannot, for instance into a Worker. */
export interface Pace {
  /** How many seconds of the clock pass in one of the machine's. */
  speed: number;
  /** What the clock shows at `origin`: milliseconds since the Unix epoch. */
  start: number;
  /** A moment by {@link uptime}. */
  origin: number;
}

/** Milliseconds since some moment in the past, the same one in every thread; nobody can set or correct it. */
export const uptime = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The clock that runs at a pace. Two of the same pace show the same time, in whatever thread they are. */
export const pacedClock = ({ speed, start, origin }: Pace): Clock => ({
  now: () => start + (uptime() - origin) * speed,
  sleep: (milliseconds, signal) => sleep(milliseconds / speed, signal),
});

/**
 * A clock that starts at `start` and runs `speed` times as fast as the machine's.
 * Benchmarks use it where the physical bound is minutes; the sandbox and its client must share one.
 *
 * @param speed how many seconds of this clock pass in one real second
 * @param start milliseconds since the Unix epoch; the machine's time when left out
 */
export const fastClock = (speed: number, start: number = systemClock.now()): Clock =>
  pacedClock({ speed, start, origin: uptime() });

/**
 * The key under which the context of a Lambda holds the {@link Clock} that the function goes by. AWS puts none there;
 * the hosts on a laptop do. No event and nothing else that a caller sends can: what they send is JSON, which has no
 * symbols. Registered, because a bundle has a copy of this file of its own.
 */
export const CONTEXT_CLOCK: unique symbol = Symbol.for("curfew.clock");

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  try {
    await delay(Math.max(0, milliseconds), undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
