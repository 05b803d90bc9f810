import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Run } from "./command-line.ts";

/** What a process that stays is told to run. */
export interface StayingRun {
  args: readonly string[];
  cwd: string;
  /** All of it. */
  env: Readonly<Record<string, string>>;
  /** What is piped in; nothing when left out. */
  input?: string;
  /** Written to both outputs when the run is over, followed by the exit code and the end of the line. */
  mark: string;
}

const idle: ChildProcess[] = [];

/**
 * Runs `curfew` in a process that has run others before, and stays for the next: its own environment, folder, outputs
 * and exit code, but nothing to load, which is nine tenths of the processor time of most runs.
 */
export async function stayingCurfew(run: Omit<StayingRun, "mark">, onOutput: (run: Run) => void): Promise<Run> {
  const mark = `\0${randomUUID()} `;
  const child = idle.pop() ?? startProcess();
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new TypeError("Its outputs are piped.");
  const result: Run = { code: null, stdout: "", stderr: "" };
  const ended = Promise.withResolvers<void>();
  const isOver = () => Object.values(isMarked).every(Boolean);
  const isMarked = { stdout: false, stderr: false };
  const listen = (name: "stdout" | "stderr") => (text: string) => {
    result[name] += text;
    const [said = "", code] = result[name].split(mark);
    if (!code?.endsWith("\n")) return onOutput(result);
    Object.assign(result, { [name]: said, code: Number(code) });
    isMarked[name] = true;
    if (isOver()) ended.resolve();
  };
  const [onStdout, onStderr] = [listen("stdout"), listen("stderr")];
  const onClose = (code: number | null) => {
    result.code = code;
    ended.resolve();
  };
  stdout.on("data", onStdout);
  stderr.on("data", onStderr);
  child.on("close", onClose);
  child.send({ ...run, mark } satisfies StayingRun);
  await ended.promise;
  stdout.off("data", onStdout);
  stderr.off("data", onStderr);
  child.off("close", onClose);
  if (isOver()) idle.push(child);
  return result;
}

/** It ends with the one who started it. */
function startProcess(): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, "staying-process.ts")], {
    env: { PATH: process.env.PATH ?? "" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8");
  return child;
}
