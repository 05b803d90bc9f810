import { setTimeout as delay } from "node:timers/promises";
import { type Clock, type Pace, pacedClock, systemClock, uptime } from "../model/clock.ts";

/**
 * A clock that runs with the machine's, and jumps to whoever wakes up first when everybody waits: hours of an incident
 * take as long as what is done in them. It jumps only while somebody asks for it, so that nothing goes on meanwhile.
 */
export interface JumpingClock extends Clock {
  /** How it runs, for Workers: see {@link jumpedClock}. */
  readonly time: JumpedTime;
  /** Says that somebody is at work: the clock does not jump before the function that this returns was called. */
  begin(): () => void;
  /**
   * Jumps on until `look` finds something, and stands there. It looks whenever everybody waits.
   *
   * @param look undefined for nothing yet
   */
  until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T>;
  /** Jumps on until something is done. */
  run<T>(work: Promise<T>): Promise<T>;
}

/** The pace of a clock, and by how many milliseconds it has jumped: a 64-bit integer that all threads share. */
export interface JumpedTime {
  pace: Pace;
  jumped: SharedArrayBuffer;
}

interface Sleeper {
  due: number;
  wake(): void;
}

/** What such a clock shows, in whatever thread. */
export function jumpedNow({ pace, jumped }: JumpedTime): () => number {
  const { now } = pacedClock(pace);
  const milliseconds = new BigInt64Array(jumped);
  return () => now() + Number(Atomics.load(milliseconds, 0));
}

/** Makes one; it shows the machine's time at first. */
export function jumpingClock(): JumpingClock {
  const pace = { speed: 1, start: systemClock.now(), origin: uptime() };
  const time = { pace, jumped: new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT) };
  const now = jumpedNow(time);
  const sleepers = new Set<Sleeper>();
  let atWork = 0;
  const jump = () => {
    const first = Math.min(...[...sleepers].map(({ due }) => due));
    if (first > now() && first < Infinity) {
      Atomics.add(new BigInt64Array(time.jumped), 0, BigInt(Math.ceil(first - now())));
    }
    for (const sleeper of sleepers) if (sleeper.due <= now()) sleeper.wake();
  };
  const until: JumpingClock["until"] = async (look) => {
    for (;;) {
      await calm(() => atWork === 0);
      const found = await look();
      if (found !== undefined) return found;
      if (atWork === 0) jump();
    }
  };
  return {
    time,
    now,
    sleep: (milliseconds, signal) => fallAsleep(sleepers, now() + milliseconds, signal),
    begin: () => {
      atWork += 1;
      let isOver = false;
      return () => {
        if (!isOver) atWork -= 1;
        isOver = true;
      };
    },
    until,
    run: async (work) => {
      const settled = Promise.allSettled([work]);
      let isDone = false;
      void settled.then(() => {
        isDone = true;
      });
      await until(() => isDone || undefined);
      return work;
    },
  };
}

/** Between one's end and another's beginning lie a few turns of the event loop. */
const CALM_TURNS = 3;

async function calm(isQuiet: () => boolean): Promise<void> {
  for (let turns = 0; turns < CALM_TURNS; turns = isQuiet() ? turns + 1 : 0) await delay(1);
}

function fallAsleep(sleepers: Set<Sleeper>, due: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const end = () => {
      sleepers.delete(sleeper);
      signal?.removeEventListener("abort", abort);
    };
    const abort = () => {
      end();
      reject(signal?.reason);
    };
    const sleeper: Sleeper = {
      due,
      wake: () => {
        end();
        resolve();
      },
    };
    sleepers.add(sleeper);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
