import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect, test } from "vitest";

/** Everything that a module imports at run time, directly or through others: files and packages. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, "utf8");
  for (const [, what = "", from = ""] of source.matchAll(/^(?:import|export)\s([^;]*?)from\s+"([^"]+)";/gms)) {
    if (what.startsWith("type ")) continue;
    if (from.startsWith(".")) importsOf(resolve(dirname(file), from), seen);
    else seen.add(from);
  }
  return seen;
}

const packagesOf = (file: string): string[] =>
  [...importsOf(resolve(import.meta.dirname, "../..", file))].filter((name) => !name.startsWith("/"));

test.each(["policy", "exceptions", "references"])(
  "%s.ts works without a YAML parser, a schema or a calendar",
  (name) => {
    expect(packagesOf(`lib/config/${name}.ts`).filter((from) => !from.startsWith("node:"))).toEqual([]);
  },
);

test("imports are found at all", () => {
  expect(packagesOf("lib/config/load.ts")).toEqual(expect.arrayContaining(["yaml", "zod", "croner"]));
});
