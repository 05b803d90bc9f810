import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proofIn, withAnswer } from "../../../lib/rotation/aftercare/proof.ts";
import { overdueFrom } from "../../../lib/rotation/ledger/overdue.ts";
import type { ProofAnswer } from "../../../lib/rotation/ledger/rotation-record.ts";

const WRITE = 1_000_000;
const said = fc.constantFrom("accepted" as const, "refused" as const, "unknown" as const);
const gap = fc.constantFrom(1_000, 7_500, 20_000);
const answers = fc
  .array(
    fc.record({
      gap,
      old: fc.oneof({ weight: 6, arbitrary: fc.constant("refused" as const) }, said),
      current: fc.oneof({ weight: 6, arbitrary: fc.constant("accepted" as const) }, said),
    }),
    { maxLength: 20 },
  )
  .map((list) => {
    let at = WRITE;
    return list.map(({ gap, old, current }): ProofAnswer => {
      at += gap;
      return { at, old, current };
    });
  });
const dead = (...times: number[]): ProofAnswer[] =>
  times.map((seconds) => ({ at: WRITE + seconds * 1_000, old: "refused", current: "accepted" }));

describe("a proof that an old credential is dead", () => {
  it("needs five refusals over 30 s, none before 45 s after the last write, the new one accepted all the while", () => {
    let proofs = 0;
    fc.assert(
      fc.property(answers, (list) => {
        const proof = proofIn(list, WRITE);
        if (!proof) return;
        proofs += 1;
        const [first, last] = [proof[0]?.at ?? 0, proof.at(-1)?.at ?? 0];
        expect(proof.length).toBeGreaterThanOrEqual(5);
        expect(last - first).toBeGreaterThanOrEqual(30_000);
        expect(first).toBeGreaterThanOrEqual(WRITE + 45_000);
        expect(proof.every(({ old, current }) => old === "refused" && current === "accepted")).toBe(true);
        const since = list.filter(({ at }) => at >= first);
        expect(since.some(({ old, current }) => old === "accepted" || current === "refused")).toBe(false);
      }),
      { numRuns: 2_000 },
    );
    console.info(`proofs: ${proofs} of 2,000 random lists of answers prove something, and rightly`);
    expect(proofs).toBeGreaterThan(50);
  });

  it.each([
    ["five over 30 s", dead(45, 52.5, 60, 67.5, 75), true],
    ["four", dead(45, 55, 65, 75), false],
    ["five over 29 s", dead(45, 50, 60, 70, 74), false],
    ["one too early", dead(44, 52.5, 60, 67.5, 75), false],
    [
      "an acceptance in between",
      [...dead(45, 52.5, 60), { at: WRITE + 65_000, old: "accepted", current: "accepted" }, ...dead(67.5, 75)],
      false,
    ],
    [
      "a refused new one in between",
      [...dead(45, 52.5, 60), { at: WRITE + 65_000, old: "refused", current: "refused" }, ...dead(67.5, 75)],
      false,
    ],
    [
      "an unknown in between",
      [...dead(45, 52.5, 60), { at: WRITE + 65_000, old: "unknown", current: "accepted" }, ...dead(67.5, 75)],
      true,
    ],
  ] satisfies [string, ProofAnswer[], boolean][])("%s", (_, list, proves) => {
    expect(proofIn(list, WRITE) !== undefined).toBe(proves);
  });

  it("is overdue from five minutes on, counted from the last write and the end of the overlap", () => {
    expect(overdueFrom({ from: WRITE, lastWriteAt: WRITE })).toBe(WRITE + 300_000);
    expect(overdueFrom({ from: WRITE + 5, lastWriteAt: WRITE })).toBe(WRITE + 300_005);
    expect(overdueFrom({ from: WRITE, lastWriteAt: WRITE + 7 })).toBe(WRITE + 300_007);
  });

  it("keeps so many answers that a proof is always among them", () => {
    const many = Array.from({ length: 50 }, (_, index) => dead(index)[0] as ProofAnswer);
    const kept = many.reduce<readonly ProofAnswer[]>(withAnswer, []);
    expect(kept).toEqual(many.slice(-20));
  });
});
