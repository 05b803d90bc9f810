import type { Clock } from "./clock.ts";

/** The end of somebody's patience. Disposing of it before says that nobody waits any more. */
export interface Timeout extends Disposable {
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
}

/**
 * Counts down by a clock, so that patience and everything else that is dated go by the same time.
 *
 * @param milliseconds of that clock
 * @param reason what the signal is aborted with
 * @example
 * using timeout = startTimeout(clock, 10_000, new CurfewError("timed-out", "There was no answer in time."));
 * await fetch(url, { signal: timeout.signal });
 */
export function startTimeout(clock: Clock, milliseconds: number, reason: Error): Timeout {
  const over = new AbortController();
  const done = new AbortController();
  clock.sleep(Math.max(0, milliseconds), done.signal).then(
    () => over.abort(reason),
    () => undefined, // it was in time
  );
  return { signal: over.signal, [Symbol.dispose]: () => done.abort(IN_TIME) };
}

/** A reason of our own: the default one is an exception with a stack, for each wait that ends well. */
const IN_TIME = "in time";
