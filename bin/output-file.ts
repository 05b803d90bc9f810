import { randomBytes } from "node:crypto";
import { access, constants, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CurfewError } from "../lib/model/curfew-error.ts";

/** Where a report goes. */
export interface OutputFile {
  /** Writes it whole or not at all, readable by its owner only. */
  write(pieces: Iterable<string>): Promise<void>;
}

/**
 * Prepares a file for a report, so that what is wrong with it is said before an audit and not after.
 * A link is followed. A device or a pipe is written to and never replaced.
 *
 * @throws CurfewError `file-unwritable`
 */
export async function openOutput(file: string): Promise<OutputFile> {
  if (file === "") throw unwritable(file, "no name");
  const target = await realpath(file).catch(() => resolve(file));
  const found = await stat(target).catch(() => undefined);
  if (found?.isDirectory()) throw unwritable(file, "a folder");
  const isReplaced = found === undefined || found.isFile();
  await access(isReplaced ? dirname(target) : target, constants.W_OK).catch((error: unknown) => {
    throw unwritable(file, codeOf(error));
  });
  return {
    async write(pieces) {
      try {
        if (isReplaced) await replaceFile(target, pieces);
        else await writeFile(target, pieces);
      } catch (error) {
        throw unwritable(file, codeOf(error));
      }
    },
  };
}

/** Under another name first: an interrupted run leaves the old report or none, never half of one. */
async function replaceFile(target: string, pieces: Iterable<string>): Promise<void> {
  const temporary = `${target}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, pieces, { mode: 0o600, flag: "wx" });
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "unknown error";

const unwritable = (file: string, why: string): CurfewError =>
  new CurfewError(
    "file-unwritable",
    `The report cannot be written to ${JSON.stringify(file)} (${why}); name a file in a folder that exists and may be written.`,
  );
