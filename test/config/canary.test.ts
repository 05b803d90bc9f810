import { describe, expect, test } from "vitest";
import { parseDocument, visit } from "yaml";
import { changed, mistakesIn } from "./example.ts";

/** Without the cron expression, whose reading takes longer than all the rest. */
const FULL = changed("cron(0 6 * * ? *)", "rate(1 day)");

const SHORT = "hUnter2-cAnary";
const LONG = "Zk3vT9qLxW2mB7cN5dJ8fH1gR4sY6uA0ePxiOtKjQwErTyUiOpAsDfGhJkLzXcVb";
const PEM = `-----BEGIN PRIVATE KEY-----\n${LONG}\n-----END PRIVATE KEY-----`;

/** FULL, once for each of its values, with the canary there. */
function plantedValues(canary: string): string[] {
  const count = scalars(FULL).length;
  return Array.from({ length: count }, (_, index) => {
    const document = parseDocument(FULL);
    let at = 0;
    visit(document, {
      Scalar(key, node) {
        if (key !== "key" && at++ === index) node.value = canary;
      },
    });
    return document.toString();
  });
}

const scalars = (text: string): unknown[] => {
  const found: unknown[] = [];
  visit(parseDocument(text), {
    Scalar(key, node) {
      if (key !== "key") found.push(node.value);
    },
  });
  return found;
};

/** FULL, once for each of its mappings, with one key more. */
function plantedKeys(key: string, value: unknown): string[] {
  let maps = 0;
  visit(parseDocument(FULL), { Map: () => void maps++ });
  return Array.from({ length: maps }, (_, index) => {
    const document = parseDocument(FULL);
    let at = 0;
    visit(document, {
      Map(_key, node) {
        if (at++ === index) node.add(document.createPair(key, value));
      },
    });
    return document.toString();
  });
}

/** FULL, once for each of its lines, with a line that breaks the syntax. */
function plantedSyntax(canary: string): string[] {
  const lines = FULL.split("\n");
  const breaks = [
    "x: ",
    ': "',
    "\t",
    "x: *",
    "x: !",
    "x: &a &",
    "%",
    "- ",
    "x: @",
    "x: | ",
    "? ",
    "x: [",
    "x: {",
    "secret:",
  ];
  return breaks.flatMap((before) => lines.map((_line, index) => lines.with(index, before + canary).join("\n")));
}

/** Fails when any mistake holds any dozen characters of the canary. */
function expectUnseen(texts: readonly string[], canary: string): void {
  const pieces = Array.from({ length: Math.max(1, canary.length - 11) }, (_, at) => canary.slice(at, at + 12));
  let seen = 0;
  for (const text of texts) {
    const mistakes = mistakesIn(text);
    seen += mistakes.length;
    const told = JSON.stringify(mistakes);
    expect(pieces.filter((piece) => told.includes(piece))).toEqual([]);
  }
  expect(seen).toBeGreaterThan(texts.length / 3);
}

describe("a secret in the file appears in no mistake", () => {
  test.each([
    ["a short one", SHORT],
    ["a long one", LONG],
  ])("as any value: %s", (_title, canary) => {
    expectUnseen(plantedValues(canary), canary);
  });

  test("as any value: a key in PEM form", () => {
    expectUnseen(plantedValues(PEM), LONG);
  });

  test("under an unknown key anywhere", () => {
    expectUnseen(plantedKeys("clientSecret", SHORT), SHORT);
    expectUnseen(plantedKeys("clientSecret", { deeper: [SHORT] }), SHORT);
  });

  test("as a key anywhere", () => {
    expectUnseen(plantedKeys(LONG, 1), LONG);
    expectUnseen(plantedKeys(`secret:${SHORT}`, null), SHORT);
  });

  test("in a line that breaks the syntax", () => {
    expectUnseen(plantedSyntax(LONG), LONG);
  });
});

test("the canaries were really planted", () => {
  expect(plantedValues(SHORT).length).toBeGreaterThan(45);
  expect(plantedValues(SHORT).every((text) => text.includes(SHORT))).toBe(true);
  expect(plantedKeys(LONG, 1).length).toBeGreaterThan(15);
});
