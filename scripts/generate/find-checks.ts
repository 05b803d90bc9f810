import { globSync } from "node:fs";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { Check } from "../../lib/checks/define-check.ts";

/** A check together with the file that declares it. */
export interface CheckFile {
  /** Relative to `lib/checks`, with forward slashes: `expiry/session-idle.ts`. */
  file: string;
  check: Check;
}

/** Where checks live. What they share lies beside the folders, so every file inside one is a check. */
export const CHECKS_FOLDER = "lib/checks";

/**
 * The file that a check's id asks for, relative to `lib/checks`.
 *
 * @example checkFileOf("expiry.api.access-token-lifetime") // "expiry/api-access-token-lifetime.ts"
 */
export function checkFileOf(id: string): string {
  const [area, ...rest] = id.split(".");
  return `${area}/${rest.join("-")}.ts`;
}

/**
 * Loads every check found on disk, sorted by file.
 *
 * @param root the repository's root
 * @throws Error naming the file that declares no check, or one whose id asks for another file
 */
export async function findChecks(root: string): Promise<CheckFile[]> {
  const folder = join(root, CHECKS_FOLDER);
  const files = globSync("*/*.ts", { cwd: folder }).map((file) => file.split(sep).join("/"));
  return Promise.all(files.sort().map(async (file) => ({ file, check: await loadCheck(folder, file) })));
}

async function loadCheck(folder: string, file: string): Promise<Check> {
  const module: { default?: Check } = await import(pathToFileURL(join(folder, file)).href);
  const check = module.default;
  if (typeof check?.id !== "string") throw new Error(`${CHECKS_FOLDER}/${file} has no check as its default export.`);
  const expected = checkFileOf(check.id);
  if (expected !== file) {
    throw new Error(`${CHECKS_FOLDER}/${file} declares ${check.id}, which belongs into ${CHECKS_FOLDER}/${expected}.`);
  }
  return check;
}
