import { globSync } from "node:fs";
import { sep } from "node:path";
import { describe, expect, test } from "vitest";
import { CATALOGUE, findCheck } from "../../lib/checks/catalogue.ts";
import { type Limits, PROFILES } from "../../lib/checks/limits.ts";
import { SECTION_NAMES } from "../../lib/inventory/inventory.ts";
import { SEVERITIES } from "../../lib/model/severity.ts";
import { checkFileOf } from "../../scripts/generate/find-checks.ts";

const filesIn = (folder: string): string[] =>
  globSync("*/*.ts", { cwd: `${import.meta.dirname}/${folder}` })
    .map((file) => file.split(sep).join("/"))
    .sort();

const ids = CATALOGUE.map(({ id }) => id);

test("every file in a folder below lib/checks is a check of the catalogue, named after its id", () => {
  expect(ids.map(checkFileOf).sort()).toEqual(filesIn("../../lib/checks"));
});

test("every check has a test beside the others", () => {
  const tests = filesIn(".");

  expect(ids.map((id) => checkFileOf(id).replace(/\.ts$/, ".test.ts")).filter((file) => !tests.includes(file))).toEqual(
    [],
  );
});

test("ids are unique and sorted", () => {
  expect(ids).toEqual([...new Set(ids)].sort());
});

test("a check is found by its id, and only by that", () => {
  expect(findCheck("expiry.session.idle")?.id).toBe("expiry.session.idle");
  expect(findCheck("expiry.session")).toBeUndefined();
  expect(findCheck("toString")).toBeUndefined();
});

describe.each(CATALOGUE)("$id", (check) => {
  test("has the form area.object.condition", () => {
    expect(check.id).toMatch(/^[a-z]+\.[a-z-]+(\.[a-z0-9-]+)+$/);
  });

  test("tells people what, why and how, in sentences", () => {
    expect(check.title).toMatch(/^[A-Z].+[^.]$/);
    expect(check.why).toMatch(/^[A-Z].{40,}\.$/);
    expect(check.remediation.summary).toMatch(/^[A-Z].{10,}\.$/);
    // What is not in Auth0 has no place in its dashboard.
    if (check.judges !== "exceptions") expect(check.remediation.dashboard).toMatch(/^[A-Z].+ > .+\.$/);
    expect(check.remediation.api ?? "PATCH /api/v2/").toMatch(/^(PATCH|POST|PUT|DELETE) \/api\/v2\//);
  });

  test("refers to pages that can be opened", () => {
    expect(check.references.length).toBeGreaterThan(0);
    for (const { title, url } of check.references) {
      expect(title).not.toBe("");
      expect(new URL(url).protocol).toBe("https:");
    }
  });

  test("reads known sections", () => {
    expect(SECTION_NAMES).toEqual(expect.arrayContaining([...check.needs]));
  });

  test.each(PROFILES)("declares limits for the profile %s in the unit that it names", (profile) => {
    const leaves = leavesOf(check.limits[profile]);

    expect(leaves.length).toBeGreaterThan(0);
    for (const leaf of leaves) expect(typeof leaf).toBe(check.unit === null ? "string" : "object");
  });

  test("has the same named sets of limits in every profile, so that one override fits all", () => {
    const names = PROFILES.map((profile) => namesOf(check.limits[profile]));

    expect(names).toEqual(names.map(() => names[0]));
  });

  test.each(PROFILES)("has bands that rise with the severity in the profile %s", (profile) => {
    const bands = leavesOf(check.limits[profile]).filter((leaf) => typeof leaf === "object");
    const rising = bands.map((leaf) => SEVERITIES.flatMap((severity) => leaf[severity] ?? []));

    expect(rising).toEqual(rising.map((limits) => limits.toSorted((a, b) => a - b)));
  });
});

type Leaf = string | Readonly<Record<string, number>>;

const isBands = (limits: object): boolean => Object.values(limits).every((value) => typeof value === "number");

const leavesOf = (limits: Limits | "off"): Leaf[] =>
  typeof limits === "string" || isBands(limits) ? [limits as Leaf] : (Object.values(limits) as Leaf[]);

const namesOf = (limits: Limits | "off"): string[] =>
  typeof limits === "string" || isBands(limits) ? [] : Object.keys(limits).sort();
