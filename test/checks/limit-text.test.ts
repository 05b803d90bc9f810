import { expect, test } from "vitest";
import { parse } from "yaml";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import type { Check } from "../../lib/checks/define-check.ts";
import { exampleOverride, limitRows, summarizeLimits } from "../../lib/checks/limit-text.ts";
import { type Complain, readOverride } from "../../lib/config/limit-override.ts";
import { limitShape } from "../../lib/config/limit-shape.ts";

const aCheck = (unit: Check["unit"], limits: Check["limits"]): Check => ({
  ...(CATALOGUE[0] as Check),
  unit,
  limits,
});

const BANDS = aCheck("seconds", {
  baseline: { medium: 86_400, high: 518_400 },
  strict: { low: 90, high: 5_400 },
  "auth0-default": "off",
});

const SEVERITY = aCheck(null, { baseline: "medium", strict: "high", "auth0-default": "info" });

const VARIANTS = aCheck("count", {
  baseline: { many: { medium: 10 }, few: "low" },
  strict: { many: { medium: 5 }, few: "low" },
  "auth0-default": { many: { medium: 10 }, few: "info" },
});

test.each([
  {
    title: "bands: one row a severity, mildest first",
    check: BANDS,
    expected: [
      ["low", "–", "1 min 30 s", "off"],
      ["medium", "24 h", "–", "off"],
      ["high", "6 d", "1 h 30 min", "off"],
    ],
  },
  { title: "a yes-or-no check: one row", check: SEVERITY, expected: [["finding", "medium", "high", "info"]] },
  {
    title: "named sets: rows under their names",
    check: VARIANTS,
    expected: [
      ["many: medium", "10", "5", "10"],
      ["few", "low", "low", "info"],
    ],
  },
])("the table of limits has for $title", ({ check, expected }) => {
  expect(limitRows(check)).toEqual(expected);
});

test.each([
  { check: BANDS, expected: "medium > 24 h, high > 6 d" },
  { check: SEVERITY, expected: "medium" },
  { check: VARIANTS, expected: "many: medium > 10; few: low" },
])("limits in one line: $expected", ({ check, expected }) => {
  expect(summarizeLimits(check)).toBe(expected);
});

test("a profile in which the check is off says so", () => {
  expect(summarizeLimits(BANDS, "auth0-default")).toBe("off");
});

test.each([
  { check: BANDS, expected: "{ low: 90s, high: 90m }" },
  { check: SEVERITY, expected: "high" },
  { check: VARIANTS, expected: "{ many: { medium: 5 }, few: low }" },
])("the example for curfew.yaml uses the file's own notation: $expected", ({ check, expected }) => {
  expect(exampleOverride(check)).toBe(expected);
});

test.each(CATALOGUE)("the example of $id is one that curfew.yaml accepts", (check) => {
  const mistakes: string[] = [];
  const complain: Complain = (_path, message) => mistakes.push(message);

  const override = readOverride(limitShape(check), parse(exampleOverride(check)), complain);

  expect(mistakes).toEqual([]);
  expect(override).toEqual(check.limits.strict);
});
