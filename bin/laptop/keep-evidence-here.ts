import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { s3EvidenceStore } from "../../lib/aws/s3-evidence-store.ts";
import { readEvidence } from "../../lib/revocation/evidence/keep-evidence.ts";
import type { Table } from "../../lib/store/table.ts";
import { LOCAL_FOLDER, makeLocalFolder } from "../local-ledger.ts";

/** A document of an incident, as a file on this machine. */
export interface KeptFile {
  path: string;
  /** Of the file, in hex. */
  sha256: string;
  /** Whether that is what the incident's record says. */
  isSame: boolean;
}

/**
 * Writes the evidence of an incident from the sandbox's bucket to files: the bucket is gone when the sandbox ends. Those
 * of an earlier demo are replaced.
 *
 * @throws CurfewError `store-failed` when the folder cannot be made
 */
export async function keepEvidenceHere(table: Table, incident: string): Promise<KeptFile[]> {
  const bucket = s3EvidenceStore(process.env.CURFEW_EVIDENCE_BUCKET ?? "");
  const folder = join(LOCAL_FOLDER, "demo", incident);
  await makeLocalFolder();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files: KeptFile[] = [];
  for (const { name, sha256: recorded } of (await readEvidence(table, incident))?.documents ?? []) {
    const body = (await bucket.read(name)) ?? Buffer.alloc(0);
    const path = join(folder, basename(name));
    await writeFile(path, body, { mode: 0o600 });
    const sha256 = createHash("sha256").update(body).digest("hex");
    files.push({ path, sha256, isSame: sha256 === recorded });
  }
  return files;
}
