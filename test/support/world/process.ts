import type { Clock } from "../../../lib/model/clock.ts";
import type { EventClock } from "./event-clock.ts";

/** Something that runs and may die at any moment: then it has no effect any more, and nobody hears from it. */
export interface Process {
  readonly name: string;
  readonly isAlive: () => boolean;
  kill(): void;
  /** The clock as this process has it: the dead do not wake. */
  readonly clock: Clock;
  /** When it is killed at the latest, in milliseconds since the Unix epoch. */
  readonly killedAt: number;
}

export type Ending<T> = { ended: "done"; value: T } | { ended: "failed"; error: unknown } | { ended: "died" };

/** What a dead process waits for. */
export const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/**
 * Runs `work` as a process of its own, as a Lambda is run.
 *
 * @param timeout milliseconds after which it is killed
 */
export function runProcess<T>(
  clock: EventClock,
  name: string,
  timeout: number,
  work: (process: Process) => Promise<T>,
): Promise<Ending<T>> {
  return new Promise((resolve) => {
    let isAlive = true;
    const end = (ending: Ending<T>): void => {
      if (!isAlive) return;
      isAlive = false;
      ticket.cancel();
      resolve(ending);
    };
    const killedAt = clock.now() + timeout;
    const kill = (): void => end({ ended: "died" });
    const ticket = clock.at(killedAt, kill);
    const own: Clock = {
      now: clock.now,
      sleep: async (milliseconds, signal) => {
        await clock.sleep(milliseconds, signal);
        if (!isAlive) await never();
      },
    };
    work({ name, isAlive: () => isAlive, kill, clock: own, killedAt }).then(
      (value) => end({ ended: "done", value }),
      (error: unknown) => end({ ended: "failed", error }),
    );
  });
}
