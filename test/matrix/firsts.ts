import { outages, partOf, singles } from "./cases.ts";
import type { Case } from "./matrix.ts";
import type { Order } from "./options.ts";

/** Every first case of an order: each outage, and each single fault, after which its pairs come. Always in one order. */
export async function firstsOf({
  matrices,
  part,
  parts,
  from,
}: Omit<Order, "workers" | "withPairs" | "minutes">): Promise<Case[]> {
  async function* all(): AsyncGenerator<Case> {
    for (const matrix of matrices) {
      for (const scenario of matrix.scenarios) {
        yield* outages(matrix, scenario);
        yield* singles(matrix, scenario);
      }
    }
  }
  const firsts: Case[] = [];
  for await (const first of partOf(all(), part, parts)) firsts.push(first);
  return firsts.slice(from);
}
