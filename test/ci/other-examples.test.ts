import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { temporaryFolder } from "../support/command-line.ts";
import { runScript } from "./shell.ts";
import { inSituation, SECRETS, SITUATIONS } from "./tenants.ts";

const DOCS = join(import.meta.dirname, "..", "..", "docs");
const read = (...path: string[]): Promise<string> => readFile(join(DOCS, ...path), "utf8");

const examples = await readdir(join(DOCS, "examples"));

describe("the page about pipelines", () => {
  it.each(examples)("shows %s word for word, and links to it", async (name) => {
    const page = await read("ci.md");

    expect(page).toContain(`\`\`\`${name.endsWith(".sh") ? "sh" : "yaml"}\n${await read("examples", name)}\`\`\`\n`);
    expect(page).toContain(`](examples/${name})`);
  });

  it("explains every exit code", async () => {
    const codes = [...(await read("ci.md")).matchAll(/^\| (\d+) \|/gm)].map(([, code]) => code);

    expect(codes).toEqual(["0", "1", "2", "3", "130"]);
  });
});

describe("the example for a shell", () => {
  const says = ["Nothing is open", "Findings are open", "could not be looked at", "Nothing was audited"];

  it.each(SITUATIONS)("exits with $code and says so when $title", async ({ code, ...situation }) => {
    await using tenant = await inSituation(situation);
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", tenant.config);

    const run = await runScript(await read("examples", "audit.sh"), folder.path, SECRETS);

    expect(run.code).toBe(code);
    expect(run.output).toContain(says[code]);
    expect(await readdir(folder.path)).toEqual([".curfew", "curfew.json", "curfew.yaml"]);
  });
});

describe("the example for GitLab", () => {
  // A tenant that is not there is waited for; the shell's example has shown what becomes of it.
  it.each(SITUATIONS.filter(({ code }) => code < 3))(
    "ends with $code and has its artifact when $title",
    async ({ code, ...situation }) => {
      const { curfew: job } = parse(await read("examples", "gitlab-ci.yml"));
      await using tenant = await inSituation(situation);
      await using folder = await temporaryFolder();
      await folder.write("curfew.yaml", tenant.config);

      const run = await runScript(job.script.join("\n"), folder.path, SECRETS);

      expect(run.code).toBe(code);
      expect(job.artifacts).toMatchObject({ when: "always", paths: ["curfew.json"] });
      const report = JSON.parse(await readFile(join(folder.path, "curfew.json"), "utf8"));
      expect(report.tenants[0].status).toBe(["complete", "complete", "incomplete"][code]);
    },
  );
});
