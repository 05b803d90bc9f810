import { expect, it } from "vitest";
import { shownError } from "../../bin/shown-error.ts";

const SAID = `The stack does not answer, and nobody knows why: npx curfew revoke --local --tenant acme-production --client abc\n  ${"It was tried. ".repeat(6).trim()}`;

it("breaks an error to the terminal's width, but for its command, and nothing where no person reads it", () => {
  const lines = shownError(SAID, { isTTY: true, columns: 40 }).split("\n");
  const command = lines.filter((line) => line.includes("npx curfew"));

  expect(command).toEqual(["  npx curfew revoke --local --tenant acme-production --client abc"]);
  expect(lines.filter((line) => line !== command[0]).every((line) => line.length <= 40)).toBe(true);
  expect(
    lines.slice(3).every((line) => line.startsWith("  It") || line.startsWith("  was") || line.startsWith("  tried")),
  ).toBe(true);
  expect(shownError(SAID, { isTTY: false, columns: 40 })).toBe(SAID);
});
