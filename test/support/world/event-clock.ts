import type { Clock } from "../../../lib/model/clock.ts";

/** A clock for worlds that live in memory alone: time passes only while everybody waits for it. */
export interface EventClock extends Clock {
  /** Does `event` at that time, in milliseconds since the Unix epoch; at once when the time is past. */
  at(time: number, event: () => void): Ticket;
  /** Lets time pass without anybody noticing: the length of a call that nobody else runs beside. */
  pass(milliseconds: number): void;
  /** Runs until `work` is done. What was planned for later stays planned. */
  run<T>(work: Promise<T>): Promise<T>;
}

/** Something planned; it can be called off. */
export interface Ticket {
  cancel(): void;
}

interface Planned {
  time: number;
  event: () => void;
}

/**
 * Everything that this process does by itself ends before the next tick: the queue of ticks is served only when no
 * promise is ready any more. So a tick is the moment at which everybody waits, four times as cheap as a macrotask.
 * It holds as long as nobody waits for another thread; who does is waited for with macrotasks, see `elsewhere`.
 *
 * @param start milliseconds since the Unix epoch
 */
export function eventClock(start = Date.UTC(2026, 10, 23, 6)): EventClock {
  let now = start;
  const plan: Planned[] = [];

  const at = (time: number, event: () => void): Ticket => {
    const planned = { time, event };
    plan.push(planned);
    return {
      cancel: () => {
        const index = plan.indexOf(planned);
        if (index >= 0) plan.splice(index, 1);
      },
    };
  };
  const step = (): boolean => {
    let index = 0;
    let next = plan[index];
    if (!next) return false;
    for (const [other, planned] of plan.entries()) if (planned.time < next.time) [index, next] = [other, planned];
    plan.splice(index, 1);
    now = Math.max(now, next.time);
    next.event();
    return true;
  };

  return {
    now: () => now,
    at,
    pass: (milliseconds) => {
      now += milliseconds;
    },
    sleep(milliseconds, signal) {
      return new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const ticket = at(now + Math.max(0, milliseconds), resolve);
        signal?.addEventListener("abort", () => {
          ticket.cancel();
          reject(signal.reason);
        });
        return undefined;
      });
    },
    async run(work) {
      let isDone = false;
      const settled = work.finally(() => {
        isDone = true;
      });
      settled.catch(() => undefined);
      for (let idle = 0; ; ) {
        await everybodyWaits();
        if (isDone) return settled;
        if (step()) idle = 0;
        else if (++idle > PATIENCE) throw new Error("Everybody waits, and nothing is planned.");
        else await elsewhere();
      }
    },
  };
}

/** Macrotasks that another thread is given to end its work. */
const PATIENCE = 10_000;

const everybodyWaits = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
const elsewhere = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
