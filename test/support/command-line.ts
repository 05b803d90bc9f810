import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { stayingCurfew } from "./staying-command-line.ts";

/** What a run of the command line left behind. */
export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command line's own file. */
export const CURFEW = join(import.meta.dirname, "..", "..", "bin", "curfew.ts");

/** How `curfew` is run. */
interface RunOptions {
  cwd: string;
  env?: Record<string, string>;
  /** What is piped in; nothing when left out. */
  input?: string;
  /** A process that has loaded nothing yet and ends by itself. One that may be killed always is. */
  isFresh?: boolean;
  onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
  /** Hears all that was written so far, each time that there is more. */
  onOutput?: (stdout: string, stderr: string) => void;
}

/** Runs `curfew` as a person does, in another process with its output piped. */
export function curfew(args: readonly string[], options: RunOptions): Promise<Run> {
  const { isFresh = false, onStart, onOutput, env, ...rest } = options;
  if (isFresh || onStart) return freshCurfew(args, options);
  const environment = { PATH: process.env.PATH ?? "", ...env };
  return stayingCurfew({ ...rest, args, env: environment }, ({ stdout, stderr }) => onOutput?.(stdout, stderr));
}

function freshCurfew(args: readonly string[], { cwd, env = {}, input, onStart, onOutput }: RunOptions): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CURFEW, ...args], {
      cwd,
      env: { PATH: process.env.PATH ?? "", ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => undefined); // it need not read what it is given
    child.stdin.end(input);
    const run: Run = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      run.stdout += chunk;
      onOutput?.(run.stdout, run.stderr);
    });
    child.stderr.on("data", (chunk) => {
      run.stderr += chunk;
      onOutput?.(run.stdout, run.stderr);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...run, code }));
    onStart?.((signal) => child.kill(signal));
  });
}

/** Runs a line of shell with this Node first on the PATH. */
export async function shell(line: string, cwd: string): Promise<{ stdout: string; stderr: string }> {
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  return promisify(execFile)("sh", ["-c", line], { cwd, env: { PATH } });
}

/** An empty folder that is gone afterwards. */
export async function temporaryFolder(): Promise<
  AsyncDisposable & { path: string; write(name: string, text: string): Promise<void> }
> {
  const path = await mkdtemp(join(tmpdir(), "curfew-"));
  return {
    path,
    write: (name, text) => writeFile(join(path, name), text),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
