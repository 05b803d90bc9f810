import diagnostics from "node:diagnostics_channel";
import { setTimeout as delay } from "node:timers/promises";
import type { MessagePort } from "node:worker_threads";
import type { Clock } from "../../../model/clock.ts";
import { type JumpedTime, jumpedNow } from "../../jumping-clock.ts";

/**
 * What a Worker says of its time: who sleeps in it until when, who does not any more, and that everybody does, after so
 * many messages of its owner.
 */
export type TimeReport = { sleeps: number; due: number } | { awake: number } | { idleAfter: number };

/** What it is told: whom to wake. */
export interface Wake {
  wakes: number;
}

/**
 * The sandbox's jumping clock in a Worker, which cannot have the clock itself. Whoever sleeps here is woken by its owner,
 * who is told when nothing else goes on: no request is under way, no other thread makes or uses a key, and somebody sleeps.
 */
export function jumpingWorker(port: MessagePort): (time: JumpedTime) => Clock {
  const sleepers = new Map<number, () => void>();
  let names = 0;
  let told = 0;
  let underWay = 0;
  const say = (report: TimeReport) => port.postMessage(report);
  const isIdle = () => underWay === 0 && sleepers.size > 0;
  const look = async () => {
    const before = told;
    for (let turn = 0; turn < QUIET_TURNS; turn += 1) {
      await delay(1);
      if (!isIdle() || told !== before) return;
    }
    say({ idleAfter: before });
  };
  const count = (change: 1 | -1) => {
    underWay += change;
    if (underWay === 0) void look();
  };
  countRequests(count);
  countKeys(count);
  port.on("message", (message: Partial<Wake>) => {
    told += 1;
    if (message.wakes === undefined) return;
    sleepers.get(message.wakes)?.();
    void look();
  });
  return (time) => {
    const now = jumpedNow(time);
    return {
      now,
      sleep: (milliseconds, signal) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        if (signal?.aborted) return Promise.reject(signal.reason);
        const name = ++names;
        const abort = () => {
          sleepers.delete(name);
          say({ awake: name });
          reject(signal?.reason);
        };
        sleepers.set(name, () => {
          sleepers.delete(name);
          signal?.removeEventListener("abort", abort);
          resolve();
        });
        signal?.addEventListener("abort", abort, { once: true });
        say({ sleeps: name, due: now() + milliseconds });
        void look();
        return promise;
      },
    };
  };
}

/** What follows an answer without waiting for anything is done by then; the SDK reads a file or two before its first request. */
const QUIET_TURNS = 3;

/** Requests by fetch, and by what the AWS SDK sends them with. */
function countRequests(change: (by: 1 | -1) => void): void {
  const begin = () => change(1);
  const end = () => change(-1);
  diagnostics.subscribe("undici:request:create", begin);
  diagnostics.subscribe("undici:request:trailers", end);
  diagnostics.subscribe("undici:request:error", end);
  diagnostics.subscribe("http.client.request.start", (message) => {
    begin();
    (message as { request: NodeJS.EventEmitter }).request.once("close", end);
  });
}

/** Making a key takes a tenth of a second of a thread that nobody sees. */
function countKeys(change: (by: 1 | -1) => void): void {
  const subtle = SubtleCrypto.prototype as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  for (const name of ["generateKey", "importKey", "exportKey", "sign", "verify", "digest"]) {
    const original = subtle[name];
    subtle[name] = async function (this: unknown, ...given) {
      change(1);
      try {
        return await original?.apply(this, given);
      } finally {
        change(-1);
      }
    };
  }
}
