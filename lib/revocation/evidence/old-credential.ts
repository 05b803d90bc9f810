import { recordOfCredential } from "../../rotation/ledger/ledger.ts";
import type { Table } from "../../store/table.ts";
import type { Incident } from "../incident/incident.ts";
import { whyNotDead } from "../rotate/proof-of-leaked.ts";
import { aboutSupplied, isSeenDead, isStillAccepted, readSupplied, type Supplied } from "../rotate/supplied.ts";

/**
 * What was seen of the credential that leaked, since it was replaced: that Auth0 refuses it, which before had accepted
 * it; that Auth0 accepts it; or neither.
 */
export type SeenOfOld = "refused" | "accepted" | "not seen";

/** What is known of the credential that leaked. */
export interface OldCredential {
  seen: SeenOfOld;
  /** What trying what a person gave has shown, in a sentence; empty where nobody gave anything. */
  tried: string;
}

/** What a person had tried says it, or the proof of the incident's own rotation. */
export async function oldCredential(incident: Incident, table: Table): Promise<OldCredential> {
  const supplied = await readSupplied(table, incident);
  return { seen: await seenOf(incident, supplied, table), tried: aboutSupplied(incident, supplied) };
}

async function seenOf(incident: Incident, supplied: Supplied | undefined, table: Table): Promise<SeenOfOld> {
  if (isStillAccepted(incident, supplied)) return "accepted";
  if (isSeenDead(incident, supplied)) return "refused";
  const record = await recordOfCredential(table, incident);
  return (await whyNotDead(incident, record, table)) === null ? "refused" : "not seen";
}
