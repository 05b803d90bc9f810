import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { parseConfig } from "../../lib/config/load.ts";
import { CHECKS, changed, LEAST, TODAY } from "./example.ts";

/** Without the cron expression, whose reading takes longer than all the rest; it has a property of its own. */
const FULL = changed("cron(0 6 * * ? *)", "rate(1 day)");

type Node = Record<string | number, unknown>;

/** Every path in a value. */
function paths(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, child]) => paths(child, [...path, key]))];
}

function replaceAt(root: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = (Array.isArray(root) ? [...root] : { ...(root as Node) }) as Node;
  copy[key] = replaceAt(copy[key], rest, value);
  return copy;
}

const full: unknown = parse(FULL);
/** Values that are near to being right are more telling than random ones. */
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    "off",
    "*",
    "90d",
    7,
    -1,
    1.5,
    true,
    null,
    "",
    [],
    {},
    [[]],
    "__proto__",
    "env:A",
    "coverage.x",
    "cron(* * * * ? *)",
  ),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e21),
);

/** Whatever the text: a configuration or mistakes, and each mistake inside of the file. */
function expectAnswer(text: string): void {
  const { config, mistakes } = parseConfig(text, { today: TODAY, catalogue: CHECKS, deployed: true });
  if (config) return;
  expect(mistakes.length).toBeGreaterThan(0);
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  for (const { line, column, message } of mistakes) {
    expect(message).not.toBe("");
    expect(message).not.toContain("\n");
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1] ?? "").length + 1);
  }
  const ordered = mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column);
  expect(mistakes).toEqual(ordered);
}

describe("any text is answered with a configuration or with mistakes that have a place", () => {
  test("text of any kind", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), expectAnswer), { numRuns: 500 });
  });

  test("text of YAML's own characters", () => {
    const piece = fc.constantFrom(..."\n \t:-?[]{},#&*!|>'\"%@`ab1", "\r\n", "---", "...", ": ", "- ", "<<", "version");
    const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
    fc.assert(fc.property(text, expectAnswer), { numRuns: 2_000 });
  });

  test("any value written as YAML", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => expectAnswer(stringify(value))),
      { numRuns: 300 },
    );
  });

  test("the full example with anything anywhere", () => {
    const change = fc.tuple(fc.constantFrom(...paths(full)), odd);
    fc.assert(
      fc.property(change, ([path, value]) => expectAnswer(stringify(replaceAt(full, path, value)))),
      { numRuns: 500 },
    );
  });

  test("the full example with characters cut out", () => {
    const cut = fc.tuple(fc.nat(FULL.length), fc.nat(40));
    fc.assert(
      fc.property(cut, ([at, length]) => expectAnswer(FULL.slice(0, at) + FULL.slice(at + length))),
      { numRuns: 500 },
    );
  });

  test("any six fields of a cron expression", () => {
    const number = fc.integer({ min: -1, max: 61 }).map(String);
    const special = fc.constantFrom(
      "*",
      "?",
      "L",
      "W",
      "LW",
      "#",
      "MON",
      "SUN-SAT",
      "FRI#5",
      "6L",
      "15W",
      "JAN",
      "*/3",
      "2099",
    );
    const range = fc.tuple(number, fc.constantFrom("-", "/", ",", "#"), number).map((parts) => parts.join(""));
    const fields = fc.array(fc.oneof({ weight: 3, arbitrary: special }, number, range), { minLength: 5, maxLength: 7 });
    fc.assert(
      fc.property(fields, (all) => expectAnswer(`${LEAST}schedule: { audit: "cron(${all.join(" ")})" }\n`)),
      { numRuns: 500 },
    );
  });
});
