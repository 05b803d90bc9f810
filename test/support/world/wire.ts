import { CurfewError, type ErrorCode } from "../../../lib/model/curfew-error.ts";
import type { EventClock } from "./event-clock.ts";
import { never, type Process } from "./process.ts";

/** What happens to a call between a process and one of the services. */
export const FAULTS = [
  "fails before",
  "fails after",
  "answer lost",
  "dies before",
  "dies after",
  "throttled",
  "hangs",
  "hangs, done late",
] as const;
export type Fault = (typeof FAULTS)[number];

/** A fault strikes after so many calls since the one before it, or since the beginning. */
export interface PlannedFault {
  skip: number;
  fault: Fault;
}

/** Something that does not work for days. */
export interface Outage {
  /** The name of a call, or its beginning and `*`. */
  call: string;
  fault: Fault;
}

/** How a service says that it failed. */
export type Failure = (code: ErrorCode) => CurfewError;

/** One call: where it goes, what it does there, and what its caller hears when it fails. */
export interface Call<T> {
  name: string;
  /** Does it, at once. */
  effect(): T | Promise<T>;
  failed: Failure;
  /** What is answered instead of an error, by those that have an answer for everything. */
  instead?(code: ErrorCode): T;
}

/** Everything that leaves a process goes over the wire. */
export interface Wire {
  call<T>(process: Process, call: Call<T>): Promise<T>;
  /** Plans one more fault, behind those that are planned. */
  plan(fault: PlannedFault): void;
  /** From now on strikes every call of a name, until it is calm. */
  fail(outage: Outage): void;
  /** Nothing goes wrong any more. */
  calm(): void;
  /** The calls that were made, by name. */
  readonly calls: readonly string[];
  /** The faults that struck, with the call that each one struck. */
  readonly struck: readonly string[];
}

export interface WireOptions {
  clock: EventClock;
  faults: readonly PlannedFault[];
  /** Strikes every call of that name, until it is calm. */
  outage?: Outage | undefined;
  /** Milliseconds that a call takes. */
  latency: () => number;
  /** Whether others run meanwhile. */
  isShared: boolean;
  /** Called after every effect. */
  onEffect(call: string, process: string): void;
}

const strikes = ({ call }: Outage, name: string): boolean =>
  call.endsWith("*") ? name.startsWith(call.slice(0, -1)) : name === call;

/** A late effect comes so long after its process's death: whoever began again in between meets it. Milliseconds. */
const LATE = 20_000;

export function createWire({ clock, faults, outage, latency, isShared, onEffect }: WireOptions): Wire {
  const plan = [...faults];
  const calls: string[] = [];
  const struck: string[] = [];
  let skipped = 0;
  let lasting = outage;

  const strike = (name: string): Fault | undefined => {
    if (lasting && strikes(lasting, name)) return lasting.fault;
    const [next] = plan;
    if (!next) return undefined;
    skipped += 1;
    if (skipped <= next.skip) return undefined;
    plan.shift();
    skipped = 0;
    struck.push(`${next.fault} at ${name}`);
    return next.fault;
  };

  return {
    calls,
    struck,
    plan: (fault) => void plan.push(fault),
    fail: (next) => {
      lasting = next;
    },
    calm: () => {
      lasting = undefined;
      plan.splice(0);
    },
    async call<T>(process: Process, { name, effect, failed, instead }: Call<T>): Promise<T> {
      if (!process.isAlive()) return never();
      calls.push(name);
      const fault = strike(name);
      const travel = latency();
      if (isShared) await process.clock.sleep(travel);
      else clock.pass(travel);
      if (!process.isAlive()) return never();
      const perform = (): T | Promise<T> => {
        try {
          return effect();
        } finally {
          onEffect(name, process.name);
        }
      };
      const fail = (code: ErrorCode): T => {
        if (instead) return instead(code);
        throw failed(code);
      };
      switch (fault) {
        case undefined:
          return perform();
        case "fails before":
          return fail("service-failed");
        case "fails after":
          await perform();
          return fail("service-failed");
        case "answer lost":
          await perform();
          return fail("unreachable");
        case "throttled":
          return fail("throttled");
        case "dies before":
          process.kill();
          return never();
        case "dies after":
          swallow(perform);
          process.kill();
          return never();
        case "hangs":
          return never();
        case "hangs, done late":
          clock.at(process.killedAt + LATE, () => swallow(perform));
          return never();
      }
    },
  };
}

/** Nobody is there any more to hear what the service says. */
function swallow(perform: () => unknown): void {
  try {
    Promise.resolve(perform()).catch(() => undefined);
  } catch (error) {
    if (!(error instanceof CurfewError)) throw error;
  }
}
