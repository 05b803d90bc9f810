import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { shell, temporaryFolder } from "../support/command-line.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** The steps of "Deploy it" as far as they need no AWS account, each with its commands and what it adds to the file. */
async function steps(): Promise<{ title: string; commands: string[]; yaml: string }[]> {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const [, section = ""] = /^## Deploy it$([\s\S]+?)^#/m.exec(readme) ?? [];
  return section.split(/^\d\. /m).flatMap((text) => {
    const [, title = ""] = /^\*\*([^*]+)\*\*/.exec(text) ?? [];
    const commands = [...text.matchAll(/`(npx (?:curfew init|cdk [a-z]+))`/g)].map(([, command = ""]) => command);
    const [, yaml = ""] = /```yaml\n([\s\S]+?)```/.exec(text) ?? [];
    return title ? [{ title, commands, yaml: yaml.replaceAll(/^ {3}/gm, "") }] : [];
  });
}

/** Runs a command of the README where there is no AWS account, and says how it ended. */
async function ends(command: string, cwd: string): Promise<string> {
  const local = command.replace("npx curfew", `node ${join(ROOT, "bin", "curfew.ts")}`).replace("npx cdk", "cdk");
  const quiet = "HOME=. CDK_DISABLE_CLI_TELEMETRY=true CDK_VALIDATION=false AWS_EC2_METADATA_DISABLED=true";
  const line = `PATH=${join(ROOT, "node_modules", ".bin")}:$PATH ${quiet} ${local}`;
  return shell(command.includes("cdk") ? `${line} --no-notices` : line, cwd).then(
    () => "well",
    ({ stderr }) =>
      /Unable to resolve AWS account|no credentials|CredentialsProvider/i.test(stderr) ? "no account" : stderr,
  );
}

it("is deployed by the README's commands in their order, as far as they go without an account", async () => {
  await using folder = await temporaryFolder();
  // What the commands do is CDK's and the app's; the functions are bundled, for nine seconds, where they are tested.
  const unbundled = `CDK_CONTEXT_JSON='{"aws:cdk:bundling-stacks":[]}'`;
  await folder.write("cdk.json", JSON.stringify({ app: `${unbundled} node ${join(ROOT, "bin", "app.ts")}` }));
  const file = join(folder.path, "curfew.yaml");
  const ran: [string, string][] = [];

  for (const { commands, yaml } of await steps()) {
    // Where a file is written it is edited before anything else reads it.
    for (const command of commands.toSorted((a, b) => Number(b.includes("init")) - Number(a.includes("init")))) {
      if (ran.some(([known]) => known === command)) continue;
      ran.push([command, await ends(command, folder.path)]);
      if (!command.includes("init")) continue;
      const written = await readFile(file, "utf8");
      await folder.write("curfew.yaml", written.replace(/env:\w+/, "secretsmanager:curfew/acme-prod/auditor") + yaml);
    }
  }

  expect(ran).toEqual([
    ["npx curfew init", "well"],
    ["npx cdk synth", "well"],
    ["npx cdk bootstrap", "no account"],
    ["npx cdk deploy", "no account"],
  ]);
}, 240_000);
