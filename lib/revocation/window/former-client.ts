import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import type { Incident } from "../incident/incident.ts";
import { readPreserved, readPreservedGrants, readPutBack } from "../incident/preserve.ts";
import { sharersOf, toldBy } from "../incident/sharers.ts";
import type { Inventories } from "../investigate/inventories.ts";
import type { InvestigationRecord } from "../investigate/investigation-record.ts";
import type { RevokedGrant } from "../ports.ts";
import { LONGEST_LIFETIME } from "./api-lifetimes.ts";
import { auditedClient, isSeenSince } from "./audited-client.ts";
import type { FormerClient } from "./reach.ts";

/** What says what an application was. */
export interface FormerParts {
  table: Table;
  now: Instant;
  /** What looking back found; undefined where nobody has begun. */
  earlier: Pick<InvestigationRecord, "isRead" | "reachesBackTo" | "gaps"> | undefined;
  /** Absent where nobody reads them now. */
  inventories?: Pick<Inventories, "before"> | undefined;
}

/**
 * What the application was before anything was taken away and since the oldest token that may still work was given out,
 * from what was preserved and from the audits. Whatever is missing there, and is not in the log either, makes the list
 * of audiences unknown: none is better than one too short.
 */
export async function formerClient(
  incident: Incident,
  { table, now, earlier, inventories }: FormerParts,
): Promise<FormerClient> {
  const seen = await readPreserved<readonly string[] | null>(table, incident, "grant-types");
  const audited = await auditedClient(incident, table, inventories);
  const preserved = await preservedAudiences(incident, table);
  const isSeen = isSeenSince(now - LONGEST_LIFETIME * 1_000, incident.openedAt, audited.looks, logFrom(earlier));
  return {
    clientId: incident.clientId,
    grantTypes: seen ? [...seen, ...audited.grantTypes] : undefined,
    grantedAudiences: isSeen && preserved ? [...new Set([...audited.audiences, ...preserved])] : undefined,
  };
}

/** From when on the log was read without a gap; what it was given tokens for is within reach by that already. */
const logFrom = (earlier: FormerParts["earlier"]): Instant =>
  (earlier?.isRead && earlier.gaps === undefined ? earlier.reachesBackTo : null) ?? Number.POSITIVE_INFINITY;

/** Of what could not be stored only people know what it was. */
const wasTold = async (incident: Incident, table: Table): Promise<boolean> =>
  (await sharersOf(table, incident)).some(({ steps: { contain } }) => toldBy(contain).length > 0);

async function preservedAudiences(incident: Incident, table: Table): Promise<string[] | undefined> {
  const ids = await readPreserved<readonly string[]>(table, incident, "grant-ids");
  const grants = await readPreservedGrants<RevokedGrant>(table, incident);
  const later = await readPutBack<RevokedGrant>(table, incident);
  const isWhole =
    !(await wasTold(incident, table)) && ids?.every((listed) => grants.some((grant) => grant.id === listed));
  return isWhole ? [...grants, ...later].map(({ audience }) => audience) : undefined;
}
