import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AUDITOR, type AuditedSandbox, auditedSandbox } from "../support/audited-sandbox.ts";
import { CURFEW, shell, temporaryFolder } from "../support/command-line.ts";

/** A device on which every write fails for want of room; Linux has one. */
const FULL = "/dev/full";

/** Runs a line of shell, and says what it wrote to standard error and how it ended. */
async function run(args: string, cwd: string): Promise<{ code: string; stderr: string }> {
  const line = `CURFEW_SECRET=${AUDITOR.secret} node ${CURFEW} ${args}; echo $?`;
  const { stdout, stderr } = await shell(line, cwd);
  return { code: stdout.trim(), stderr };
}

/** A folder with the configuration of one tenant. */
async function folderOf({ domain, origin }: AuditedSandbox["target"]) {
  const folder = await temporaryFolder();
  await folder.write(
    "curfew.yaml",
    `version: 1
tenants:
  - name: acme
    domain: ${domain}
    origin: ${origin}
    plan: enterprise
    auditor: { clientId: ${AUDITOR.clientId}, secret: env:CURFEW_SECRET }
`,
  );
  return folder;
}

const SENTENCE = "Standard output cannot be written to (ENOSPC); make room there, or send it elsewhere.\n";

describe.skipIf(!existsSync(FULL))("standard output that cannot be written to", () => {
  it.each(["table", "json", "html", "sarif"])(
    "ends an audit as %s with one sentence and exit code 3",
    async (format) => {
      await using world = await auditedSandbox({}, { speed: 1 });
      await using folder = await folderOf(world.target);

      expect(await run(`audit --format ${format} > ${FULL}`, folder.path)).toEqual({
        code: "3",
        stderr: expect.stringContaining(SENTENCE),
      });
    },
  );

  it("ends every other command in the same way", async () => {
    await using folder = await temporaryFolder();

    expect(await run(`checks > ${FULL}`, folder.path)).toEqual({ code: "3", stderr: SENTENCE });
  });

  it("shows where it happened with --verbose", async () => {
    await using folder = await temporaryFolder();

    const { code, stderr } = await run(`checks --verbose > ${FULL}`, folder.path);

    expect(code).toBe("3");
    expect(stderr).toMatch(/^Standard output .+\n.*\n? +at /s);
  });

  it("does not change the exit code where standard error cannot be written to", async () => {
    await using folder = await temporaryFolder();

    expect(await run(`audit 2> ${FULL}`, folder.path)).toEqual({ code: "3", stderr: "" });
  });
});

/** What a run exits with when nobody reads: `true` is gone long before there is anything to write. */
async function codeWithoutReader(args: string, cwd: string): Promise<string> {
  const line = `{ CURFEW_SECRET=${AUDITOR.secret} node ${CURFEW} ${args} 2> notes; echo $? >&2; } | true`;
  return (await shell(line, cwd)).stderr.trim();
}

describe("a reader that closes the pipe early", () => {
  it.each(["table", "json", "html", "sarif"])("does not change the exit code of an audit as %s", async (format) => {
    await using world = await auditedSandbox({ settings: { session_lifetime: 1_000 } }, { speed: 1 });
    await using folder = await folderOf(world.target);

    expect(await codeWithoutReader(`audit --format ${format}`, folder.path)).toBe("1");
  });

  it("is no error", async () => {
    await using folder = await temporaryFolder();

    expect(await codeWithoutReader("checks", folder.path)).toBe("0");
  });
});
