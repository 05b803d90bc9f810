import { isUnreadable } from "../../model/reported.ts";
import type { Table } from "../../store/table.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import { readPreserved, readPreservedGrants, readPutBack } from "../incident/preserve.ts";
import { sharersOf, toldBy } from "../incident/sharers.ts";
import type { Inventories, SeenInventory } from "../investigate/inventories.ts";
import type { RevokedGrant } from "../ports.ts";
import type { FormerClient } from "./reach.ts";

/** `INCIDENT#<id>`, `FORMER`: what the last audit before the leak says of the application. */
interface FormerRecord {
  /** What it could reach. */
  audiences: readonly string[];
  /** How it got tokens; absent where that audit does not say. */
  grantTypes?: readonly string[];
}

/**
 * What the application was before anything was taken away, from what was preserved and from the last audit. Whatever is
 * missing there makes the list of audiences unknown: none is better than one too short.
 */
export async function formerClient(
  incident: Incident,
  table: Table,
  inventories: Pick<Inventories, "before">,
): Promise<FormerClient> {
  const seen = await readPreserved<readonly string[] | null>(table, incident, "grant-types");
  const audited = await auditedClient(incident, table, inventories);
  const preserved = await preservedAudiences(incident, table);
  return {
    clientId: incident.clientId,
    grantTypes: seen ? [...seen, ...(audited?.grantTypes ?? [])] : undefined,
    grantedAudiences: audited && preserved && [...new Set([...audited.audiences, ...preserved])],
  };
}

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

/** Read once: an inventory of a large tenant has tens of megabytes. */
async function auditedClient(
  incident: Incident,
  table: Table,
  inventories: Pick<Inventories, "before">,
): Promise<FormerRecord | undefined> {
  const key = { partition: incidentPartition(incident.id), sort: "FORMER" };
  const known = await table.get<FormerRecord>(key);
  if (known) return known.value;
  const seen = await inventories.before(incident.leakedSince ?? incident.openedAt);
  const audiences = audiencesOf(seen, incident.clientId);
  if (!audiences) return undefined;
  const former: FormerRecord = { audiences, ...grantTypesOf(seen, incident.clientId) };
  await table.put<FormerRecord>(key, former, { ifVersion: 0 });
  return former;
}

function grantTypesOf(seen: SeenInventory | undefined, clientId: string): Pick<FormerRecord, "grantTypes"> {
  const clients = seen?.inventory.clients;
  const types =
    clients?.status === "complete" ? clients.data.find((one) => one.client_id === clientId)?.grant_types : undefined;
  return Array.isArray(types) ? { grantTypes: types } : {};
}

/** Grants with `default_for` count for third-party applications, and this may have been one. */
function audiencesOf(seen: SeenInventory | undefined, clientId: string): string[] | undefined {
  const grants = seen?.inventory.clientGrants;
  if (grants?.status !== "complete") return undefined;
  const own = grants.data.filter((grant) => grant.client_id === clientId || grant.default_for !== undefined);
  const audiences = own.map(({ audience }) => audience);
  return audiences.some((audience) => audience === undefined || isUnreadable(audience))
    ? undefined
    : audiences.filter((audience) => typeof audience === "string");
}
