import { hash } from "node:crypto";
import type { CallGate, GateCall } from "../../../lib/sandbox/cloud/gate/start-call-gate.ts";
import type { FunctionName, Stack } from "./start-stack.ts";

/** A function, and the world in which it is killed. */
export interface Victim {
  name: FunctionName;
  /** The gates through which it calls. */
  gates: readonly CallGate[];
  /** Puts the world where it was before the function ran. */
  reset(): Promise<void>;
  /** Calls the function. */
  invoke(): Promise<unknown>;
  /** What calls it again when it failed; {@link invoke} when left out. */
  again?(): Promise<unknown>;
  /** How many kills; every one when left out. */
  most?: number;
}

/** A kill, as a test sees it. */
export interface Kill {
  /** The call in which the function died, and the one before it. */
  call: GateCall;
  previous: GateCall | undefined;
  moment: "before" | "after";
  label: string;
}

/** What a matrix amounts to. */
export interface Matrix {
  calls: number;
  kills: number;
  possible: number;
}

/**
 * Kills a function in each of its external calls, before the call is made and after it was done, and calls it again as
 * Step Functions or Lambda's queue would.
 *
 * @param judge is given each kill when all is over, and looks at what is left
 */
export async function killAtEachCall(
  { lambdas }: Stack,
  victim: Victim,
  judge: (kill: Kill) => Promise<void>,
): Promise<Matrix> {
  const lambda = lambdas[victim.name];
  const counts = await undisturbed(victim);
  const every = casesOf(victim, counts);
  const chosen = sampled(every, victim.most ?? every.length);
  for (const { gate, at, moment, isCold, label } of chosen) {
    await victim.reset();
    if (isCold) lambda.kill();
    for (const each of victim.gates) each.reset();
    let kill: Kill | undefined;
    const run = () => {
      const [previous, call] = at === 1 ? [undefined, gate.calls[0]] : gate.calls.slice(at - 2, at);
      if (call) kill = { call, previous, moment, label };
      lambda.kill();
    };
    gate.reset({ at, moment, run });
    await victim.invoke().catch((error: unknown) => {
      if (!kill) throw error;
    });
    if (!kill) throw new Error(`${victim.name} was not killed at ${label}: it made fewer calls.`);
    for (const each of victim.gates) each.reset();
    await (victim.again ?? victim.invoke)();
    await judge(kill);
  }
  return { calls: counts.reduce((sum, count) => sum + count, 0), kills: chosen.length, possible: every.length };
}

interface Case {
  gate: CallGate;
  at: number;
  moment: Kill["moment"];
  /** Whether the function starts with this call. */
  isCold: boolean;
  label: string;
}

/** Every call of a warm function, and the first one of a cold one, which reads the configuration. */
function casesOf({ name, gates }: Victim, counts: readonly number[]): Case[] {
  const [first] = gates;
  const warm = gates.flatMap((gate, index) =>
    Array.from({ length: counts[index] ?? 0 }, (_, before) => ({ gate, at: before + 1, isCold: false, index })),
  );
  const cold = first ? [{ gate: first, at: 1, isCold: true, index: 0 }] : [];
  return [...cold, ...warm].flatMap(({ gate, at, isCold, index }) =>
    (["before", "after"] as const).map((moment) => {
      const label = `${name} ${isCold ? "cold" : "warm"}, ${moment} call ${at} at gate ${index + 1}`;
      return { gate, at, moment, isCold, label };
    }),
  );
}

/** Calls of a warm function at each gate: twice, as what it keeps between invocations is not asked for again. */
async function undisturbed({ gates, reset, invoke }: Victim): Promise<number[]> {
  for (let round = 0; round < 2; round++) {
    await reset();
    for (const gate of gates) gate.reset();
    await invoke();
  }
  return gates.map(({ calls }) => calls.length);
}

/** Another choice every day, the same for the same seed, and always the same in a pipeline. */
export const KILL_SEED =
  process.env.CURFEW_SEED ?? (process.env.CI ? "20261123" : new Date().toISOString().slice(0, 10));

/** Every kill of every function, however long it takes. */
const ALL = process.env.CURFEW_KILLS === "all";

function sampled<T extends { label: string }>(every: readonly T[], most: number): T[] {
  if (ALL || every.length <= most) return [...every];
  const rank = ({ label }: T): string => hash("sha256", `${KILL_SEED} ${label}`);
  return every.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, most);
}

/** Whether a kill was after SNS had taken an alert and before that was recorded. */
export const wasBetweenPublishAndRecord = ({ call, previous, moment }: Kill): boolean =>
  (call.target === "SNS" && moment === "after") || (previous?.target === "SNS" && moment === "before");
