import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SqliteTable } from "../lib/local/sqlite-table.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";

/** What audits on this machine remember, in the folder from which they are run. */
const LEDGER = join(".curfew", "ledger.db");

/**
 * Opens the ledger of this folder, and makes it when there is none: what it holds is for its owner only.
 *
 * @throws CurfewError `store-failed`
 */
export async function openLocalLedger(): Promise<SqliteTable> {
  await makeFolder(dirname(LEDGER)).catch((error: NodeJS.ErrnoException) => {
    const message = `The folder ${dirname(LEDGER)} cannot be made here (${error.code ?? "unknown error"}); check the permissions.`;
    throw new CurfewError("store-failed", message);
  });
  const { openSqliteTable } = await import("../lib/local/sqlite-table.ts");
  return openSqliteTable(LEDGER);
}

/** For its owner only. It names applications and what is wrong with them, so it also keeps itself out of repositories. */
async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await writeFile(join(folder, ".gitignore"), "*\n");
}

/** The ledger of this folder, where there is one. */
export const openExistingLedger = async (): Promise<SqliteTable | undefined> =>
  existsSync(LEDGER) ? openLocalLedger() : undefined;
