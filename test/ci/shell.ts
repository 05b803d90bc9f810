import { spawn } from "node:child_process";
import { dirname, join } from "node:path";

const CURFEW = join(import.meta.dirname, "..", "..", "bin", "curfew.ts");

/** What a script left behind. */
export interface ShellRun {
  code: number | null;
  output: string;
}

/**
 * Runs a script of a pipeline as its runner does: in a shell that stops at the first command that fails.
 * Nothing in it is replaced but `npx curfew`, by this very checkout; to install it is left out.
 *
 * @param env beside the path, all that the script sees
 */
export function runScript(script: string, cwd: string, env: Readonly<Record<string, string>> = {}): Promise<ShellRun> {
  const local = script.replace(/^npm ci$/gm, ":").replaceAll("npx curfew", `"${process.execPath}" "${CURFEW}"`);
  const path = `${dirname(process.execPath)}:${process.env.PATH ?? ""}`;
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-e", "-c", local], {
      cwd,
      env: { PATH: path, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const run: ShellRun = { code: null, output: "" };
    const collect = (chunk: Buffer): void => {
      run.output += chunk;
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...run, code }));
  });
}
