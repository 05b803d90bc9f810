import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { audit } from "../support/reports.ts";
import { render, resultOf } from "./sarif-support.ts";

describe("hostile names in the SARIF report", () => {
  const named = (name: string) => resultOf({ resource: { type: "client", id: "c", name }, message: "It is." });

  it.each([
    { title: "a link", name: "[log in](https://evil.example)", shown: "[log in] (https://evil.example)" },
    { title: "a link to a location", name: "[x](0)", shown: "[x] (0)" },
    { title: "an escaped link", name: "\\[x\\\\](0)", shown: "\\[x\\\\] (0)" },
    { title: "a placeholder", name: "{0}", shown: "{{0}}" },
    { title: "a half placeholder", name: "{0", shown: "{{0" },
    { title: "a colour", name: "\u001b[31mred", shown: "\uFFFD[31mred" },
    { title: "text turned round", name: "a\u202Eb", shown: "a\uFFFDb" },
    { title: "a line break", name: "a\nb", shown: "a\uFFFDb" },
    { title: "half a character", name: "a\uD800b", shown: "a\uFFFDb" },
  ])("are only text: $title", ({ name, shown }) => {
    expect(named(name).message.text).toBe(`${shown} (acme-prod): It is.`);
  });

  it("hold neither link nor placeholder nor control character, whatever they are", () => {
    const nasty = fc.string({
      unit: fc.constantFrom("[", "]", "(", ")", "{", "}", "0", "\\", "\u001b", "\u202e", "a"),
    });
    fc.assert(
      fc.property(nasty, nasty, (name, message) => {
        const result = resultOf({ resource: { type: "client", id: "c", name }, message: `${message}.` });
        const { text } = result.message;
        expect(text).not.toMatch(/\]\(/);
        expect(text.replaceAll(/\{\{|\}\}/g, "")).not.toMatch(/[{}]/);
        expect(JSON.stringify(result)).not.toMatch(/[\p{Cc}\p{Cf}]|\\u001b/u);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    { title: "letters", name: "n".repeat(1_000_000), begins: "nnn", name255: `${"n".repeat(254)}…` },
    { title: "characters of two halves", name: "👍".repeat(500_000), begins: "👍", name255: `${"👍".repeat(254)}…` },
    { title: "braces", name: "{".repeat(1_000_000), begins: "{{", name255: `${"{".repeat(254)}…` },
    {
      title: "braces after a letter",
      name: `a${"{}".repeat(500_000)}`,
      begins: "a{{}}",
      name255: `a${"{}".repeat(126)}{…`,
    },
  ])(
    "end where nobody reads on, and what is wrong is told all the same: a million $title",
    ({ name, begins, name255 }) => {
      const { message, locations } = named(name);

      expect(message.text.startsWith(begins)).toBe(true);
      expect(message.text).toMatch(/… \(acme-prod\): It is\.$/);
      expect(message.text.length).toBeLessThanOrEqual(1_024);
      expect(locations[0].logicalLocations[0]?.name).toBe(name255);
    },
  );

  it.each([
    { title: "a letter", unit: "m" },
    { title: "a character of two halves", unit: "a👍" },
    { title: "a brace", unit: "{" },
    { title: "a brace after a letter", unit: "a{" },
    { title: "a link", unit: "[](" },
  ])("in an endless message are cut whole: $title", ({ unit }) => {
    for (const before of ["", "x"]) {
      const { text } = resultOf({ message: before + unit.repeat(100_000) }).message;

      expect(text.length).toBeLessThanOrEqual(1_024);
      expect(text.length).toBeGreaterThan(1_020);
      expect(text).toMatch(/…$/);
      expect(text).not.toMatch(/\p{Cs}|\uFFFD|\]\(/u);
      expect(text.replaceAll(/\{\{|\}\}/g, "")).not.toMatch(/[{}]/);
    }
  });

  it("in what tells findings of one resource apart are cut as well", () => {
    expect(resultOf({ aspect: "a".repeat(10_000) }).properties.aspect).toBe(`${"a".repeat(254)}…`);
  });

  it("in a tenant's own words are harmless as well", () => {
    const failed = audit({ status: "failed", reason: "unreachable", detail: "[x](y) {0}" });

    expect(render([failed]).invocations[0].toolExecutionNotifications[0]?.message.text).toBe(
      "acme-prod: not audited (unreachable). [x] (y) {{0}}",
    );
  });

  it("in an exception are harmless as well", () => {
    const exception = { reason: "a\u001b[2J", owner: "o", expires: "2027-03-31" };

    expect(JSON.stringify(resultOf({ status: "excepted", exception }))).not.toContain("\\u001b");
  });
});
