import type { Worker } from "node:worker_threads";
import type { JumpingClock } from "../../jumping-clock.ts";
import type { TimeReport, Wake } from "./jumping-worker.ts";

/** Sleeps for a Worker by a jumping clock, which does not jump while the Worker is at work. */
export interface WorkerSleeps {
  /** An invocation begins. */
  begin(): void;
  /** It has ended, or the Worker has: nobody sleeps there any more. */
  end(): void;
  hear(report: TimeReport): void;
}

/** Makes it: see {@link jumpingWorker} for the other side. */
export function sleepsOf(worker: Worker, clock: JumpingClock): WorkerSleeps {
  const sleeping = new Map<number, AbortController>();
  let rest = () => {};
  let told = 0;
  const sleep = async (name: number, due: number) => {
    const awake = new AbortController();
    sleeping.set(name, awake);
    const slept = await clock.sleep(due - clock.now(), awake.signal).then(
      () => true,
      () => false, // nobody waits for it any more
    );
    sleeping.delete(name);
    if (!slept) return;
    work();
    worker.postMessage({ wakes: name } satisfies Wake);
  };
  const work = () => {
    told += 1;
    rest();
    rest = clock.begin();
  };
  return {
    begin: work,
    end: () => {
      for (const awake of sleeping.values()) awake.abort();
      rest();
    },
    hear: (report) => {
      if ("sleeps" in report) void sleep(report.sleeps, report.due);
      else if ("awake" in report) sleeping.get(report.awake)?.abort();
      else if (report.idleAfter === told) rest();
    },
  };
}
