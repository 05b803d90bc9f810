/** A process that runs one command line after the other. See staying-command-line.ts. */
import { enableCompileCache } from "node:module";
import { Readable } from "node:stream";
import type { StayingRun } from "./staying-command-line.ts";

enableCompileCache();

const [{ createProgram }, { runCommandLine }] = await Promise.all([
  import("../../bin/program.ts"),
  import("../../bin/run-command-line.ts"),
]);

process.on("message", async ({ args, cwd, env, input, mark }: StayingRun) => {
  process.chdir(cwd);
  process.env = { ...env };
  Object.defineProperty(process, "stdin", {
    value: Readable.from(input === undefined ? [] : [input]),
    configurable: true,
  });
  await runCommandLine(createProgram, [process.execPath, "curfew", ...args]);
  const { stdout, stderr, exitCode = 0 } = process;
  for (const stream of [stdout, stderr]) {
    stream.removeAllListeners("error"); // each run puts its own there, and on the signals
    stream.write(`${mark}${exitCode}\n`);
  }
  for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
  process.exitCode = undefined;
});
process.on("disconnect", () => process.exit());
