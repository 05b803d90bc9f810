import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** A complete check in one file, as a stranger would drop it into the repository. */
const TOASTER = `import { defineCheck } from "../define-check.ts";
import { fail } from "../outcome.ts";

export default defineCheck({
  id: "appliance.toaster.too-hot",
  title: "The toaster is too hot | by far",
  why: "Bread burns.",
  remediation: { summary: "Turn it down.", dashboard: "Kitchen > Toaster.", api: null },
  references: [{ title: "Toast", url: "https://toast.example/" }],
  fix: "no",
  needs: [],
  unit: "seconds",
  limits: { baseline: { low: 90, high: 7200 }, strict: { low: 30 }, "auth0-default": "off" },
  *evaluate() {
    yield fail({ type: "section", id: "toaster", name: null }, { severity: "low", message: "Hot." });
  },
});
`;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "curfew-generate-"));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function generate(...options: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--no-warnings", join(ROOT, "scripts/generate.ts"), ...options],
    { encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** A checkout with all of the product's code, so that a check there can import what it needs. */
function copyProduct(): void {
  cpSync(join(ROOT, "lib/checks"), join(root, "lib/checks"), { recursive: true });
  cpSync(join(ROOT, "lib/model"), join(root, "lib/model"), { recursive: true });
  cpSync(join(ROOT, "lib/auth0"), join(root, "lib/auth0"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"), "dir");
  write("package.json", '{ "type": "module" }');
}

test("this repository's generated files are up to date", () => {
  expect(generate("--check")).toEqual({ status: 0, stdout: "", stderr: "" });
});

describe("a new check is one file", () => {
  beforeEach(() => {
    copyProduct();
    write("lib/checks/appliance/toaster-too-hot.ts", TOASTER);
  });

  test("the catalogue has it after generating, with nothing else touched", async () => {
    expect(generate("--root", root)).toMatchObject({ status: 0, stderr: "" });

    const { findCheck } = await import(pathToFileURL(join(root, "lib/checks/catalogue.ts")).href);
    expect(findCheck("appliance.toaster.too-hot")).toMatchObject({ title: "The toaster is too hot | by far" });
  });

  test("it gets a page with its limits and an example for curfew.yaml, and a line in the overview", () => {
    generate("--root", root);

    const page = readFileSync(join(root, "docs/checks/appliance.toaster.too-hot.md"), "utf8");
    expect(page).toContain("| low | 1 min 30 s | 30 s | off |");
    expect(page).toContain("| high | 2 h | – | off |");
    expect(page).toContain("policy:\n  checks:\n    appliance.toaster.too-hot: { low: 30s }\n");
    expect(page).toContain("Management API: there is no call for it.");
    const overview = readFileSync(join(root, "docs/checks/README.md"), "utf8");
    expect(overview).toContain("## appliance");
    expect(overview).toContain(
      "| [appliance.toaster.too-hot](appliance.toaster.too-hot.md) | The toaster is too hot \\| by far | low > 1 min 30 s, high > 2 h |",
    );
  });

  test("until then, --check names what is stale, writes nothing and fails", () => {
    const before = readFileSync(join(root, "lib/checks/all-checks.ts"), "utf8");

    const { status, stderr } = generate("--root", root, "--check");

    expect(status).toBe(1);
    expect(stderr).toContain("stale: lib/checks/all-checks.ts");
    expect(stderr).toContain("stale: docs/checks/appliance.toaster.too-hot.md");
    expect(readFileSync(join(root, "lib/checks/all-checks.ts"), "utf8")).toBe(before);
    expect(existsSync(join(root, "docs"))).toBe(false);
  });

  test("generating twice changes nothing the second time", () => {
    generate("--root", root);

    expect(generate("--root", root)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(generate("--root", root, "--check").status).toBe(0);
  });

  test("a page edited by hand is stale, and only that page", () => {
    generate("--root", root);
    write("docs/checks/appliance.toaster.too-hot.md", "my own words");

    const { status, stderr } = generate("--root", root, "--check");

    expect(status).toBe(1);
    expect(stderr.trim().split("\n").slice(1)).toEqual(["  stale: docs/checks/appliance.toaster.too-hot.md"]);
  });

  test("the page of a check that is gone is reported, then removed", () => {
    generate("--root", root);
    rmSync(join(root, "lib/checks/appliance"), { recursive: true });

    expect(generate("--root", root, "--check").stderr).toContain(
      "no longer generated: docs/checks/appliance.toaster.too-hot.md",
    );
    generate("--root", root);
    expect(existsSync(join(root, "docs/checks/appliance.toaster.too-hot.md"))).toBe(false);
    expect(existsSync(join(root, "docs/checks/expiry.session.idle.md"))).toBe(true);
  });
});

test.each([
  {
    title: "whose id asks for another file",
    file: "lib/checks/appliance/oven-too-hot.ts",
    content: 'export default { id: "appliance.toaster.too-hot" };',
    problem:
      "lib/checks/appliance/oven-too-hot.ts declares appliance.toaster.too-hot, which belongs into lib/checks/appliance/toaster-too-hot.ts.",
  },
  {
    title: "that declares no check",
    file: "lib/checks/appliance/oven-too-hot.ts",
    content: "export const nothing = 1;",
    problem: "lib/checks/appliance/oven-too-hot.ts has no check as its default export.",
  },
])("a file $title stops the generator with its name", ({ file, content, problem }) => {
  write("package.json", '{ "type": "module" }');
  write(file, content);

  const { status, stderr } = generate("--root", root);

  expect(status).not.toBe(0);
  expect(stderr).toContain(problem);
});
