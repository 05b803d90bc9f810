import { seeded } from "../support/world/random.ts";
import { FAULTS, type Fault, type PlannedFault } from "../support/world/wire.ts";
import type { Case, Matrix } from "./matrix.ts";

const calm = ({ name }: Matrix, scenario: string): Case => ({ matrix: name, scenario, faults: [] });

/** Every fault at every call that is made when nothing goes wrong. */
export async function* singles(matrix: Matrix, scenario: string): AsyncGenerator<Case> {
  const one = calm(matrix, scenario);
  const { strikable } = await matrix.run(one);
  for (let skip = 0; skip < strikable; skip++) {
    for (const fault of FAULTS) yield { ...one, faults: [{ skip, fault }] };
  }
}

/** Every fault at all calls of a name, for as long as the world has it last. */
export async function* outages(matrix: Matrix, scenario: string): AsyncGenerator<Case> {
  if (!matrix.outages) return;
  const one = calm(matrix, scenario);
  const { calls } = await matrix.run(one);
  for (const call of new Set([...calls, ...matrix.outages])) {
    for (const fault of FAULTS) yield { ...one, outage: { call, fault } };
  }
}

/** Every fault at every call that comes after a first fault. */
export async function* pairsAfter(matrix: Matrix, single: Case): AsyncGenerator<Case> {
  const [first] = single.faults;
  if (!first) return;
  const { strikable } = await matrix.run(single);
  for (let skip = 0; skip < strikable - first.skip - 1; skip++) {
    for (const fault of FAULTS) yield { ...single, faults: [first, { skip, fault }] };
  }
}

/** Pairs that a seed chooses, without end; of some the second fault comes too late to strike. */
export async function* sampledPairs(matrix: Matrix, seed: number): AsyncGenerator<Case> {
  const random = seeded(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const lengths = new Map<string, number>();
  for (;;) {
    const scenario = matrix.scenarios[below(matrix.scenarios.length)] as string;
    const one = calm(matrix, scenario);
    const length = lengths.get(scenario) ?? (await matrix.run(one)).strikable;
    lengths.set(scenario, length);
    const planned = (): PlannedFault => ({ skip: below(length), fault: FAULTS[below(FAULTS.length)] as Fault });
    yield { ...one, seed: below(1_000), faults: [planned(), planned()] };
  }
}

/**
 * One of so many parts of the cases: each case is in exactly one of them. Which of a block it takes moves on from block
 * to block: every eighth case is of the same fault, and a part must not be of one fault alone.
 */
export async function* partOf(cases: AsyncIterable<Case>, part: number, parts: number): AsyncGenerator<Case> {
  let index = 0;
  for await (const one of cases) {
    if ((index + Math.floor(index / parts)) % parts === part) yield one;
    index += 1;
  }
}
