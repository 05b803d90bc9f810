import { CREDENTIAL_KINDS } from "../../../lib/rotation/ledger/target.ts";
import { seeded } from "../../support/world/random.ts";
import { FAULTS, type Fault, type PlannedFault } from "../../support/world/wire.ts";
import { PROPAGATIONS } from "../world/auth0.ts";
import { type CaseOptions, type CaseResult, runCase } from "../world/crash-case.ts";
import type { PreparedKey } from "../world/keys.ts";

/** One rotation and the faults that strike it. */
export type Case = Setting &
  Pick<CaseOptions, "seed" | "outage"> & {
    faults: readonly PlannedFault[];
  };

/** What many cases came to. */
export interface Tally {
  cases: number;
  /** Cases that two faults struck. */
  pairs: number;
  held: number;
  /** Calls that all worlds together saw. */
  calls: number;
  failures: { case: Case; result: CaseResult }[];
}

export type Setting = Pick<CaseOptions, "kind" | "propagation" | "hasLeftover">;

/** Both kinds with every way to spread, and a private key whose place must be freed first. */
export const SETTINGS: readonly Setting[] = [
  ...CREDENTIAL_KINDS.flatMap((kind) => PROPAGATIONS.map((propagation) => ({ kind, propagation }))),
  { kind: "private-key", propagation: "at once", hasLeftover: true },
];

/** A setting in words. */
export const titleOf = ({ kind, propagation, hasLeftover }: Setting): string =>
  `${kind}, ${propagation}${hasLeftover ? ", with a leftover" : ""}`;

/** Every fault at every call that a rotation makes when nothing goes wrong. */
export async function* singles(setting: Setting, keys: readonly PreparedKey[]): AsyncGenerator<Case> {
  const { calls } = await runCase({ ...setting, keys });
  for (const [skip] of calls.entries()) {
    for (const fault of FAULTS) yield { ...setting, faults: [{ skip, fault }] };
  }
}

/** Every fault at all calls of a name, for days. */
export async function* outages(setting: Setting, keys: readonly PreparedKey[]): AsyncGenerator<Case> {
  const { calls } = await runCase({ ...setting, keys });
  for (const call of new Set(calls)) {
    for (const fault of FAULTS) yield { ...setting, outage: { call, fault }, faults: [] };
  }
}

/** Every fault at every call that comes after a first fault. */
export async function* pairsAfter(single: Case, keys: readonly PreparedKey[]): AsyncGenerator<Case> {
  const [first] = single.faults;
  if (!first) return;
  const { calls } = await runCase({ ...single, keys });
  for (let skip = 0; skip < calls.length - first.skip - 1; skip++) {
    for (const fault of FAULTS) yield { ...single, faults: [first, { skip, fault }] };
  }
}

/** Pairs that a seed chooses, without end; of some the second fault comes too late to strike. */
export async function* sampledPairs(seed: number, keys: readonly PreparedKey[]): AsyncGenerator<Case> {
  const random = seeded(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const lengths = new Map<Setting, number>();
  for (;;) {
    const setting = SETTINGS[below(SETTINGS.length)] as Setting;
    const length = lengths.get(setting) ?? (await runCase({ ...setting, keys })).calls.length;
    lengths.set(setting, length);
    const planned = (): PlannedFault => ({ skip: below(length), fault: FAULTS[below(FAULTS.length)] as Fault });
    yield { ...setting, seed: below(1_000), faults: [planned(), planned()] };
  }
}

/** Runs cases, and lets the machine breathe between them. */
export async function runCases(
  cases: AsyncIterable<Case> | Iterable<Case>,
  keys: readonly PreparedKey[],
  isOver: (tally: Tally) => boolean = () => false,
  onResult: (result: CaseResult) => void = () => undefined,
): Promise<Tally> {
  const tally: Tally = { cases: 0, pairs: 0, held: 0, calls: 0, failures: [] };
  for await (const one of cases) {
    if (isOver(tally)) break;
    const result = await runCase({ ...one, keys });
    onResult(result);
    tally.cases += 1;
    if (result.struck.length > 1) tally.pairs += 1;
    tally.calls += result.calls.length;
    if (result.wasHeld) tally.held += 1;
    if (result.problems.length > 0) tally.failures.push({ case: one, result });
    if (tally.cases % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return tally;
}

/** A case in one line, so that it can be run again. */
export const describeCase = (one: Case): string => JSON.stringify(one);
