import { createHash } from "node:crypto";
import type { EvidenceStore } from "../../lib/store/evidence-store.ts";

/** Evidence in memory, with versions as a bucket has them. */
export interface MemoryEvidence extends EvidenceStore {
  /** All versions of each document, oldest first. */
  readonly documents: Map<string, Uint8Array[]>;
}

export function memoryEvidence(): MemoryEvidence {
  const documents = new Map<string, Uint8Array[]>();
  const write: EvidenceStore["write"] = async (name, body) => {
    const versions = [...(documents.get(name) ?? []), body];
    documents.set(name, versions);
    return { name, version: `${versions.length}`, sha256: createHash("sha256").update(body).digest("hex") };
  };
  return {
    documents,
    write,
    create: async (name, body, type) => (documents.has(name) ? undefined : write(name, body, type)),
    read: async (name, version) => documents.get(name)?.at(version ? Number(version) - 1 : -1),
  };
}
