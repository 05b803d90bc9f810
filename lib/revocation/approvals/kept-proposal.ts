import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Key, Table } from "../../store/table.ts";
import { incidentPartition } from "../incident/incident.ts";
import type { AskedStep, Proposal } from "./asked.ts";

/** Where a proposal is kept that is too large for the row that asks. */
export interface KeptProposal {
  /** SHA-256 of what is kept, in hex. */
  sha256: string;
  /** How many rows it fills. */
  rows: number;
}

/** What stands in the row that asks. A row of DynamoDB holds 400 KB; the rest of this one is less than 10. */
export type StoredProposal<Plan> = Proposal<Plan> | { kept: KeptProposal };

/** Up to so many bytes stand in the row itself. */
const SMALL = 200_000;

/** Of one of the other rows: text of one byte a character. */
const ROW = 300_000;

/** `INCIDENT#<id>`, `PROPOSAL#<step>#<sha256>#<n>`: a piece of a compressed proposal. */
const prefixOf = (step: AskedStep, sha256: string): string => `PROPOSAL#${step}#${sha256}#`;

const keyOf = (incident: string, step: AskedStep, sha256: string, row: number): Key => ({
  partition: incidentPartition(incident),
  sort: `${prefixOf(step, sha256)}${String(row).padStart(4, "0")}`,
});

/**
 * Keeps a large proposal beside the row that asks, compressed and named by what it holds, before anybody is asked: what
 * was read is what was written, or nothing. A small one is kept in the row.
 */
export async function keepProposal<Plan>(
  table: Table,
  incident: string,
  step: AskedStep,
  { plan, lines }: Proposal<Plan>,
): Promise<StoredProposal<Plan>> {
  const text = JSON.stringify({ plan, lines });
  if (Buffer.byteLength(text) <= SMALL) return { plan, lines };
  const body = gzipSync(text).toString("base64");
  const sha256 = hashOf(body);
  const rows = Math.ceil(body.length / ROW);
  for (let row = 0; row < rows; row += 1) {
    await table.put(keyOf(incident, step, sha256, row), body.slice(row * ROW, (row + 1) * ROW));
  }
  return { kept: { sha256, rows } };
}

/** @throws CurfewError `store-failed` where what is there is not what was kept */
export async function readProposal<Plan>(
  table: Table,
  incident: string,
  step: AskedStep,
  stored: StoredProposal<Plan>,
): Promise<Proposal<Plan>> {
  if (!("kept" in stored)) return { plan: stored.plan, lines: stored.lines };
  const { sha256 } = stored.kept;
  let body = "";
  for await (const { value } of table.list<string>(incidentPartition(incident), { prefix: prefixOf(step, sha256) })) {
    body += value;
  }
  if (hashOf(body) === sha256)
    return JSON.parse(gunzipSync(Buffer.from(body, "base64")).toString("utf8")) as Proposal<Plan>;
  throw new CurfewError("store-failed", `What ${incident} asks about ${step} is not kept as it was asked.`);
}

const hashOf = (body: string): string => createHash("sha256").update(body).digest("hex");
