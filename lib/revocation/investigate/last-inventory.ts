import { earlierRuns } from "../../findings/ledger/runs.ts";
import type { Instant } from "../../history/history.ts";
import type { Inventory } from "../../inventory/inventory.ts";
import type { EvidenceStore, StoredDocument } from "../../store/evidence-store.ts";
import { gunzipJson } from "../../store/gunzip-json.ts";
import type { Table } from "../../store/table.ts";
import type { AuditedInventory } from "./inventories.ts";

/** What of `results.json.gz` and `inventory.json.gz` is read; both are Curfew's own. */
interface KeptResults {
  inventory: StoredDocument | null;
}
interface KeptInventory {
  readAt: string;
  inventory: Inventory;
}

/**
 * The newest inventory that an audit read completely before a moment, out of the evidence of audits. Exactly the version
 * that the audit judged: what was written under that name later is not read.
 *
 * @returns undefined where no audit was complete before, or its evidence is not kept
 */
export async function lastInventory(
  table: Table,
  evidence: EvidenceStore,
  tenant: string,
  moment: Instant,
): Promise<AuditedInventory | undefined> {
  for await (const { run, status, evidence: folder, finishedAt } of earlierRuns(table, tenant)) {
    // One that ended after that moment may have seen what the thief did already.
    const ended = Date.parse(finishedAt);
    if (status !== "complete" || folder === null || ended >= moment) continue;
    const seen = await readInventory(evidence, folder);
    if (!seen) continue;
    return { at: Date.parse(seen.readAt), finishedAt: ended, source: `audit ${run.id}`, inventory: seen.inventory };
  }
  return undefined;
}

async function readInventory(evidence: EvidenceStore, folder: string): Promise<KeptInventory | undefined> {
  const results = await evidence.read(`${folder}results.json.gz`);
  const document = results && ((await gunzipJson(results)) as KeptResults).inventory;
  const inventory = document && (await evidence.read(document.name, document.version));
  return inventory ? ((await gunzipJson(inventory)) as KeptInventory) : undefined;
}
