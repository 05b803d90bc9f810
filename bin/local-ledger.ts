import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SqliteTable } from "../lib/local/sqlite-table.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";

/** What is remembered on this machine, in the folder from which it is run. */
export const LOCAL_FOLDER = ".curfew";

/** What audits remember. */
const LEDGER = join(LOCAL_FOLDER, "ledger.db");

/**
 * Opens the ledger of this folder, and makes it when there is none: what it holds is for its owner only.
 *
 * @throws CurfewError `store-failed`
 */
export async function openLocalLedger(): Promise<SqliteTable> {
  await makeLocalFolder();
  const { openSqliteTable } = await import("../lib/local/sqlite-table.ts");
  return openSqliteTable(LEDGER);
}

/**
 * For its owner only. It names applications and what is wrong with them, so it also keeps itself out of repositories.
 *
 * @throws CurfewError `store-failed`
 */
export async function makeLocalFolder(): Promise<void> {
  try {
    const made = await mkdir(LOCAL_FOLDER, { recursive: true, mode: 0o700 });
    if (made !== undefined) await writeFile(join(LOCAL_FOLDER, ".gitignore"), "*\n");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    const message = `The folder ${LOCAL_FOLDER} cannot be made here (${code}); check the permissions.`;
    throw new CurfewError("store-failed", message);
  }
}

/** The ledger of this folder, where there is one. */
export const openExistingLedger = async (): Promise<SqliteTable | undefined> =>
  existsSync(LEDGER) ? openLocalLedger() : undefined;
