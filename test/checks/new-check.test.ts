import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REFERENCE } from "../support/reference.ts";

const ROOT = join(import.meta.dirname, "../..");

/** A check that finds something in every tenant: wherever the findings of all checks are listed, it would show. */
const CHECK = `import { defineCheck } from "../define-check.ts";
import { fail } from "../outcome.ts";
import { clientResource, resourceServerResource } from "../resources.ts";

export default defineCheck({
  id: "expiry.api.noticed",
  title: "There is an API, or an application",
  why: "Whoever has none of them has nothing that could be left open for too long.",
  remediation: { summary: "Ask yourself whether it is needed.", dashboard: "Applications > APIs.", api: null },
  references: [{ title: "Auth0: APIs", url: "https://auth0.com/docs/get-started/apis" }],
  fix: "no",
  needs: ["resourceServers", "clients"],
  unit: null,
  limits: { baseline: "low", strict: "low", "auth0-default": "low" },
  *evaluate({ resourceServers, clients }, severity) {
    for (const server of resourceServers) yield fail(resourceServerResource(server), { severity, message: "Seen." });
    for (const client of clients) yield fail(clientResource(client), { severity, message: "Seen." });
  },
});
`;

const TEST = `import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/api-noticed.ts";
import { aResourceServer } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test("an API is noticed", () => {
  expect(verdicts(evaluateCheck(check, { resourceServers: [aResourceServer()], clients: [] }))).toEqual(["low"]);
});
`;

/** They take minutes, or start processes of their own, and know checks through the parts that the others test. */
const ELSEWHERE = /^test\/(bin|ci|lambdas|cloud)\/|fault-matrix|log-faults|generate\.test|new-check\.test/;

/** The tests that know the whole catalogue, and so could mind a new check. */
const catalogueTests = globSync("test/**/*.test.ts", { cwd: ROOT })
  .filter((file) => !ELSEWHERE.test(file))
  .filter((file) => /CATALOGUE|_CHECKS\b/.test(readFileSync(join(ROOT, file), "utf8")));

test("a check in one file and its test need nothing else: every test of the catalogue still passes", () => {
  const copy = mkdtempSync(join(tmpdir(), "curfew-new-check-"));
  try {
    for (const part of [
      "lib",
      "test",
      "bin",
      "docs",
      "scripts",
      "examples",
      "package.json",
      "vitest.config.ts",
      "tsconfig.json",
    ])
      cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    for (const page of globSync("{*.md,LICENSE}", { cwd: ROOT })) cpSync(join(ROOT, page), join(copy, page));
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"), "dir");
    writeFileSync(join(copy, "lib/checks/expiry/api-noticed.ts"), CHECK);
    writeFileSync(join(copy, "test/checks/expiry/api-noticed.test.ts"), TEST);
    const env = { ...process.env, CURFEW_REFERENCE: REFERENCE, CURFEW_TENANTS: "30" };
    const run = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8", env });
      return { status, output: `${stdout}${stderr}` };
    };

    const generated = run("--no-warnings", "scripts/generate.ts");
    const tested = run(
      "node_modules/vitest/vitest.mjs",
      "run",
      "--maxWorkers=1", // what the files import is loaded once; the other processor has other files to run
      ...catalogueTests,
      "test/checks/expiry/api-noticed.test.ts",
    );

    expect(generated.output).toContain("docs/checks/expiry.api.noticed.md");
    expect(tested.output).toMatch(/no planter for .*expiry\.api\.noticed/);
    expect(tested.status, tested.output).toBe(0);
    expect(catalogueTests.length).toBeGreaterThan(10);
    console.info(`new check: ${catalogueTests.length} tests of the catalogue pass with one check more`);
  } finally {
    rmSync(copy, { recursive: true });
  }
}, 180_000);
