import { existsSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { evidenceFolder } from "../../lib/local/evidence-folder.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { EvidenceStore } from "../../lib/store/evidence-store.ts";
import type { Table } from "../../lib/store/table.ts";
import { LOCAL_FOLDER, makeLocalFolder, openExistingLedger } from "../local-ledger.ts";

/** Incidents that are answered from this machine, in the folder from which it is done. */
const INCIDENTS_FOLDER = join(LOCAL_FOLDER, "incidents");
const DATABASE = join(INCIDENTS_FOLDER, "incidents.db");

/** What is remembered of incidents here. */
export interface LocalIncidents extends Disposable {
  /** Incidents are written here; what audits know of the tenants is read from their ledger. */
  table: Table;
  evidence: EvidenceStore;
}

/**
 * Opens the incidents of this folder, and makes what is missing. A ledger of audits that cannot be used is no obstacle:
 * until when tokens live is then not known from earlier days, and the window says so.
 *
 * @param onTrouble hears why the ledger cannot be used
 * @throws CurfewError `store-failed`
 */
export async function openLocalIncidents(onTrouble: (sentence: string) => void): Promise<LocalIncidents> {
  await makeLocalFolder();
  await mkdir(INCIDENTS_FOLDER, { recursive: true, mode: 0o700 });
  const { openSqliteTable } = await import("../../lib/local/sqlite-table.ts");
  await (await open(DATABASE, "a", 0o600)).close(); // made so that nobody else on this machine reads it
  const incidents = openSqliteTable(DATABASE);
  const ledger = await openExistingLedger().catch((error: unknown) => {
    if (!(error instanceof CurfewError)) throw error;
    onTrouble(`What earlier audits know is left out: ${error.message}`);
    return undefined;
  });
  return {
    table: ledger ? reading(incidents, ledger) : incidents,
    evidence: evidenceFolder(LOCAL_FOLDER),
    [Symbol.dispose]: () => {
      incidents[Symbol.dispose]();
      ledger?.[Symbol.dispose]();
    },
  };
}

/** The incidents of this folder, where there are some. */
export const openExistingIncidents = async (): Promise<LocalIncidents | undefined> =>
  existsSync(DATABASE) ? openLocalIncidents(() => undefined) : undefined;

/** Rows about tenants come from the ledger and stay as they are; all others are the incidents' own. */
const reading = (incidents: Table, ledger: Table): Table => ({
  ...incidents,
  get: (key) => (isOfTenant(key.partition) ? ledger : incidents).get(key),
  list: (partition, range) => (isOfTenant(partition) ? ledger : incidents).list(partition, range),
});

const isOfTenant = (partition: string): boolean => partition.startsWith("TENANT#");
