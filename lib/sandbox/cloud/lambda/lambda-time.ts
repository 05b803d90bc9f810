import { setTimeout as delay } from "node:timers/promises";
import { type Clock, type Pace, uptime } from "../../../model/clock.ts";
import type { JumpedTime, JumpingClock } from "../../jumping-clock.ts";

/** The sandbox's time for a Worker, which cannot have the clock itself: one that runs at a pace, or one that jumps. */
export type LambdaTime = PacedTime | JumpingClock;

/** Time that runs. */
interface PacedTime {
  /** Read when an invocation begins: one under way does not see that somebody moves it. */
  clock: Pick<Clock, "now">;
  /** How many seconds of the clock pass in one of the machine's. */
  speed: number;
}

/** What an invocation goes by. */
export interface InvocationTime {
  now(): number;
  /** For the Worker; undefined for the machine's time. */
  forWorker(): Pace | JumpedTime | undefined;
  /** Resolves when a timeout is over; rejects when it is called off. */
  timeout(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** @param time the machine's when left out */
export function invocationTime(time: LambdaTime | undefined): InvocationTime {
  if (!time) return { now: Date.now, forWorker: () => undefined, timeout: after(1) };
  if ("begin" in time) return { now: time.now, forWorker: () => time.time, timeout: time.sleep };
  const { clock, speed } = time;
  const forWorker = (): Pace => ({ speed, start: clock.now(), origin: uptime() });
  return { now: clock.now, forWorker, timeout: after(speed) };
}

const after =
  (speed: number): InvocationTime["timeout"] =>
  (milliseconds, signal) =>
    delay(milliseconds / speed, undefined, { signal });

/** The clock that waits for what Workers do; undefined for one that runs on by itself. */
export const jumpingIn = (time: LambdaTime | undefined): JumpingClock | undefined =>
  time && "begin" in time ? time : undefined;
