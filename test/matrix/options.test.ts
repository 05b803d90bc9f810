import { describe, expect, it } from "vitest";
import { FAULTS } from "../support/world/wire.ts";
import { partOf } from "./cases.ts";
import { MATRICES } from "./matrices.ts";
import type { Case } from "./matrix.ts";
import { readOptions } from "./options.ts";

const CASE = { matrix: "answers", scenario: "s", faults: [] };

describe("npm run matrix", () => {
  it.each([
    { args: [], is: { part: 0, parts: 1, from: 0, withPairs: true } },
    { args: ["--share", "3/10"], is: { part: 2, parts: 10 } },
    { args: ["--every", "400"], is: { part: 0, parts: 400 } },
    { args: ["answers", "rotation", "--from", "7"], is: { from: 7 } },
    { args: ["--singles", "--workers", "3"], is: { withPairs: false, workers: 3 } },
  ])("takes $args", ({ args, is }) => {
    expect(readOptions(args)).toMatchObject({ order: is });
  });

  it("strikes what is named, and everything where nothing is", () => {
    expect(readOptions([])).toMatchObject({ order: { matrices: MATRICES } });
    expect(readOptions(["answers"])).toMatchObject({ order: { matrices: [{ name: "answers" }] } });
  });

  it.each([
    { args: ["answer"], says: 'no matrix "answer"' },
    { args: ["--share", "4/3"], says: "3/10" },
    { args: ["--share", "0/3"], says: "3/10" },
    { args: ["--share", "1/2", "--every", "2"], says: "one of them" },
    { args: ["--every", "x"], says: "--every one" },
    { args: ["--workers", "0"], says: "--workers" },
    { args: ["--from", "-1"], says: "--from" },
    { args: ["--evry", "1"], says: "--evry" },
    { args: ["--case", "nonsense"], says: "--case" },
    { args: ["--case", "null"], says: "--case" },
    { args: ["--case", '{"faults":[]}'], says: "--case" },
  ])("says what is wrong with $args", ({ args, says }) => {
    expect(readOptions(args)).toContain(says);
  });

  it("takes a case as a failing test prints it", () => {
    expect(readOptions(["--case", JSON.stringify(CASE)])).toEqual({ case: CASE });
  });

  it("leaves no case out of all shares together, has none in two, and every fault in each", async () => {
    const all = Array.from({ length: 50 }, (_, skip) =>
      FAULTS.map((fault): Case => ({ ...CASE, faults: [{ skip, fault }] })),
    );
    async function* cases() {
      yield* all.flat();
    }
    const parts: Case[][] = await Promise.all(FAULTS.map((_, part) => collected(partOf(cases(), part, FAULTS.length))));

    const texts = parts.flat().map((one) => JSON.stringify(one));
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.length).toBe(50 * FAULTS.length);
    for (const part of parts) {
      expect(new Set(part.flatMap(({ faults }) => faults.map(({ fault }) => fault)))).toEqual(new Set(FAULTS));
    }
  });
});

async function collected(cases: AsyncIterable<Case>): Promise<Case[]> {
  const all: Case[] = [];
  for await (const one of cases) all.push(one);
  return all;
}
