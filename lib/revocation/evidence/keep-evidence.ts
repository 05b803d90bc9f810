import { createHash } from "node:crypto";
import { CurfewError } from "../../model/curfew-error.ts";
import type { EvidenceStore, StoredDocument } from "../../store/evidence-store.ts";
import type { Key, Table } from "../../store/table.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";
import type { IncidentBundle } from "./bundle.ts";
import { type BundleParts, makeBundle } from "./make-bundle.ts";
import { renderIncident } from "./page.ts";

/** `INCIDENT#<id>`, `EVIDENCE`: what was kept of it. */
export interface EvidenceRecord {
  documents: readonly StoredDocument[];
}

const evidenceKey = (incident: string): Key => ({ partition: incidentPartition(incident), sort: "EVIDENCE" });

/** What keeping it works with. */
export type EvidenceParts = BundleParts & Pick<IncidentParts, "evidence">;

/** Undefined while nothing is kept. */
export const readEvidence = async (table: Table, incident: string): Promise<EvidenceRecord | undefined> =>
  (await table.get<EvidenceRecord>(evidenceKey(incident)))?.value;

/**
 * Keeps the evidence of an incident, once: what stands there is what counts, whoever comes second. The page is made
 * from the JSON that is kept, so that both say the same.
 *
 * @throws CurfewError when the evidence store does not do its work
 */
export async function keepEvidence(
  incident: Incident,
  parts: EvidenceParts,
): Promise<{ bundle: IncidentBundle; documents: readonly StoredDocument[] }> {
  const { evidence, table } = parts;
  const folder = `incidents/${incident.id}/`;
  const json = await keepOnce(evidence, `${folder}incident.json`, "application/json", async () =>
    Buffer.from(`${JSON.stringify(await makeBundle(incident, parts), null, 2)}\n`),
  );
  const bundle = JSON.parse(Buffer.from(json.body).toString("utf8")) as IncidentBundle;
  const page = await keepOnce(evidence, `${folder}incident.html`, "text/html; charset=utf-8", async () =>
    Buffer.from(renderIncident(bundle, json.document)),
  );
  const documents = [json.document, page.document];
  await table.put<EvidenceRecord>(evidenceKey(incident.id), { documents });
  return { bundle, documents };
}

interface Kept {
  body: Uint8Array;
  document: StoredDocument;
}

async function keepOnce(
  evidence: EvidenceStore,
  name: string,
  type: string,
  make: () => Promise<Uint8Array>,
): Promise<Kept> {
  const known = await readKept(evidence, name);
  if (known) return known;
  const body = await make();
  const document = await evidence.create(name, body, type);
  if (document) return { body, document };
  const other = await readKept(evidence, name);
  if (other) return other;
  throw new CurfewError("service-failed", `The evidence ${name} is kept and cannot be read.`, { retryable: true });
}

async function readKept(evidence: EvidenceStore, name: string): Promise<Kept | undefined> {
  const body = await evidence.read(name);
  const sha256 = body && createHash("sha256").update(body).digest("hex");
  return body && sha256 !== undefined ? { body, document: { name, version: null, sha256 } } : undefined;
}
