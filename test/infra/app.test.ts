import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/command-line.ts";
import { LEAST } from "./synthesize.ts";

const APP = join(import.meta.dirname, "..", "..", "bin", "app.ts");

/** Runs the CDK app as CDK's command line does, but without bundling. */
async function app(config: string) {
  await using folder = await temporaryFolder();
  await folder.write("curfew.yaml", config);
  const child = spawn(process.execPath, [APP], {
    cwd: folder.path,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      CDK_OUTDIR: join(folder.path, "out"),
      CDK_CONTEXT_JSON: JSON.stringify({ "aws:cdk:bundling-stacks": [] }),
      CDK_VALIDATION: "false",
    },
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  return { code, stderr, written: existsSync(join(folder.path, "out", "Curfew.template.json")) };
}

it("writes a template, without an account, a region or credentials", async () => {
  expect(await app(LEAST)).toEqual({ code: 0, stderr: "", written: true });
});

it("says what is wrong with the configuration, and nothing else", async () => {
  const mistaken = LEAST.replace("secretsmanager:curfew/acme/auditor", "env:AUDITOR").replace(
    "acme.auth0.com",
    "https://acme",
  );

  const { code, stderr, written } = await app(mistaken);

  expect({ code, written }).toEqual({ code: 1, written: false });
  expect(stderr.split("\n")).toEqual([
    "curfew.yaml has 2 mistakes:",
    expect.stringMatching(/^curfew\.yaml:4:13 {2}tenants\[0\]\.domain: /),
    expect.stringMatching(/^curfew\.yaml:5:39 {2}tenants\[0\]\.auditor\.secret: env: works on a laptop only/),
    "",
  ]);
});
