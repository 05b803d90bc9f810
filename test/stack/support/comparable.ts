import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { RunRecord } from "../../../lib/findings/ledger/run-record.ts";
import { keyText, type Snapshot, type StoredObject, type StoredRow } from "./stored.ts";

/**
 * The ledger without what another reading of the same tenant may say otherwise: the moments of reading, and how often
 * a row was written. A tenant's log grows with each login of the auditor, so how far it was read is left out too; and so
 * are the notes of what each process asked Auth0, which it asked again.
 */
export function comparableRows({ rows }: Snapshot): Map<string, unknown> {
  return new Map(
    rows.filter(({ sk }) => !PASSING.has(sk) && !sk.startsWith("OWN#")).map((row) => [keyText(row), steady(row)]),
  );
}

/** Who wrote last, and how far the tenant's log was read. */
const PASSING: ReadonlySet<string> = new Set(["LEDGER", "LOG"]);

const MOMENTS: ReadonlySet<string> = new Set([
  "finishedAt",
  "sentAt",
  "heldUntil",
  "lastExchange",
  "at",
  "until",
  "looked",
]);

function steady({ value }: StoredRow): unknown {
  return JSON.parse(JSON.stringify(value, (name, inner) => (MOMENTS.has(name) ? undefined : inner)));
}

/** What `results.json.gz` of a tenant says, and its documents. */
interface Results {
  audit: { status: string; findings: { id: string }[]; checks: unknown[] };
  inventory: { name: string; sha256: string } | null;
  report: { name: string; sha256: string } | null;
}

const readResults = ({ body }: StoredObject): Results => JSON.parse(gunzipSync(body).toString("utf8"));

/**
 * What is wrong with the evidence, one line each; nothing when each folder has its results, and each document that
 * they name is there with the SHA-256 that they say.
 *
 * fauxqs keeps no versions, so the name alone finds the document: what somebody wrote over it would be found here,
 * although on AWS the version that the results name would still be the right one.
 */
export function evidenceFaults({ objects }: Snapshot): string[] {
  const faults: string[] = [];
  for (const folder of new Set([...objects.keys()].map((key) => key.slice(0, key.lastIndexOf("/") + 1)))) {
    const results = objects.get(`${folder}results.json.gz`);
    if (!results) faults.push(`${folder} has no results`);
    else
      for (const document of documentsOf(results)) {
        const kept = objects.get(document.name);
        if (!kept) faults.push(`${document.name} is missing`);
        else if (sha256(kept.body) !== document.sha256) faults.push(`${document.name} is not what the results name`);
      }
  }
  return faults;
}

const documentsOf = (results: StoredObject) => {
  const { inventory, report } = readResults(results);
  return [inventory, report].filter((document) => document !== null);
};

const sha256 = (body: Buffer): string => createHash("sha256").update(body).digest("hex");

/** What was found, by the results that are kept: ids of findings and verdicts of checks, by folder. */
export function keptVerdicts({ objects }: Snapshot): Map<string, unknown> {
  const results = [...objects].filter(([key]) => key.endsWith("/results.json.gz"));
  return new Map(
    results.map(([key, object]) => {
      const { audit } = readResults(object);
      return [key, { status: audit.status, checks: audit.checks, findings: audit.findings.map(({ id }) => id).sort() }];
    }),
  );
}

/** The records of the runs of tenants. */
export const recordsIn = ({ rows }: Snapshot): RunRecord[] =>
  rows.flatMap(({ pk, sk, value }) => (pk.startsWith("TENANT#") && sk.startsWith("RUN#") ? [value as RunRecord] : []));
