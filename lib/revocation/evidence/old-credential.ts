import { recordOfCredential } from "../../rotation/ledger/ledger.ts";
import type { Table } from "../../store/table.ts";
import type { Incident } from "../incident/incident.ts";
import { whyNotDead } from "../rotate/proof-of-leaked.ts";
import { isSeenDead, isStillAccepted, readSupplied } from "../rotate/supplied.ts";

/**
 * What was seen of the credential that leaked, since it was replaced: that Auth0 refuses it, which before had accepted
 * it; that Auth0 accepts it; or neither.
 */
export type OldCredential = "refused" | "accepted" | "not seen";

/** What a person had tried says it, or the proof of the incident's own rotation. */
export async function seenOfOldCredential(incident: Incident, table: Table): Promise<OldCredential> {
  const supplied = await readSupplied(table, incident);
  if (isStillAccepted(incident, supplied)) return "accepted";
  if (isSeenDead(incident, supplied)) return "refused";
  const record = await recordOfCredential(table, incident);
  return (await whyNotDead(incident, record, table)) === null ? "refused" : "not seen";
}
