import type { Command } from "commander";
import { CurfewError, hasCode } from "../lib/model/curfew-error.ts";
import { withoutSecrets } from "../lib/model/looks-like-secret.ts";

/** Exit code of a bad configuration, bad arguments, or a command that could not do anything. */
const FAILED = 3;

/** Exit code of a process that a person interrupted: 128 + SIGINT. */
export const INTERRUPTED = 130;

/** What a command gets beside its options. */
export interface Invocation {
  /** Aborted with a CurfewError `interrupted` when the person presses Ctrl-C. */
  signal: AbortSignal;
  /** What the process will exit with, unless something fails later; to be said before the result is written. */
  setExitCode(code: number): void;
}

/**
 * Runs the program and turns every outcome into an exit code: the process ends by itself when its output is
 * written, so that nothing is cut off in a pipe.
 */
export async function runCommandLine(
  createProgram: (invocation: Invocation) => Command,
  argv: readonly string[],
): Promise<void> {
  const verbose = argv.includes("--verbose");
  endOnUnwritableOutput(verbose);
  const program = createProgram({
    signal: interruptSignal(),
    setExitCode: (code) => {
      process.exitCode = code;
    },
  });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error, verbose, await howShown());
    if (hasCode(error, "interrupted")) endWhenWritten();
  }
}

/** What breaks lines is loaded only where a person reads them: it takes a quarter of the time of a start. */
const howShown = async (): Promise<(text: string) => string> =>
  process.stderr.isTTY ? (await import("./shown-error.ts")).shownError : asItIs;

const asItIs = (text: string): string => text;

/** Whoever presses Ctrl-C does not wait for what goes on in the background, but sees all that was written. */
function endWhenWritten(): void {
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}

/** The first Ctrl-C asks for an orderly end, the second ends at once. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      controller.abort(new CurfewError("interrupted", "Interrupted."));
    });
  }
  return controller.signal;
}

/**
 * What cannot be written ends the process with a sentence. `curfew … | head` closes the pipe early, which is no error:
 * the process ends with the exit code that is set by then.
 */
function endOnUnwritableOutput(verbose: boolean): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    process.exit(report(unwritableOutput(error), verbose));
  });
  // Nobody can be told that nobody can be told; the exit code still speaks.
  process.stderr.on("error", () => undefined);
}

const unwritableOutput = (error: NodeJS.ErrnoException): CurfewError =>
  new CurfewError(
    "file-unwritable",
    `Standard output cannot be written to (${error.code ?? "unknown error"}); make room there, or send it elsewhere.`,
    { cause: error },
  );

/** Whatever a person has put into the wrong place may be quoted: the sentence is shown without it. */
function report(error: unknown, verbose: boolean, shown = asItIs): number {
  if (isCommanderError(error)) return error.exitCode === 0 ? 0 : FAILED; // commander has printed its sentence
  const sentence = error instanceof Error ? error.message : String(error);
  const expected = error instanceof CurfewError;
  const text = expected ? sentence : `Curfew failed unexpectedly: ${sentence} (run again with --verbose for details)`;
  process.stderr.write(`${shown(withoutSecrets(text))}\n`);
  if (verbose && error instanceof Error) process.stderr.write(`${withoutSecrets(error.stack ?? "")}\n`);
  return hasCode(error, "interrupted") ? INTERRUPTED : FAILED;
}

/** Told by its code and not by its class, so that commander is loaded in one place only. */
function isCommanderError(error: unknown): error is Error & { code: string; exitCode: number } {
  return error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
}
