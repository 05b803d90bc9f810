import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FULL, LEAST } from "./configurations.ts";
import { runApp } from "./run-app.ts";

const hasTemplate = (out: string): boolean => existsSync(join(out, "Curfew.template.json"));

it("writes a template, without an account, a region or credentials", async () => {
  await using run = await runApp(FULL, { bundled: false });

  expect([run.code, run.stderr, hasTemplate(run.out)]).toEqual([0, "", true]);
});

it("says what is wrong with the configuration, and nothing else", async () => {
  const mistaken = LEAST.replace("secretsmanager:curfew/acme/auditor", "env:AUDITOR").replace(
    "acme.auth0.com",
    "https://acme",
  );

  await using run = await runApp(mistaken, { bundled: false });

  expect([run.code, hasTemplate(run.out)]).toEqual([1, false]);
  expect(run.stderr.split("\n")).toEqual([
    "curfew.yaml has 2 mistakes:",
    expect.stringMatching(/^curfew\.yaml:4:13 {2}tenants\[0\]\.domain: /),
    expect.stringMatching(/^curfew\.yaml:5:39 {2}tenants\[0\]\.auditor\.secret: env: works on a laptop only/),
    "",
  ]);
});
