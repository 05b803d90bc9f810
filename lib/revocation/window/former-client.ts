import { isUnreadable } from "../../model/reported.ts";
import type { Table } from "../../store/table.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import { readPreserved, readPreservedGrants, readPutBack } from "../incident/preserve.ts";
import { sharersOf, toldBy } from "../incident/sharers.ts";
import type { Inventories, SeenInventory } from "../investigate/inventories.ts";
import type { RevokedGrant } from "../ports.ts";
import type { FormerClient } from "./reach.ts";

/** `INCIDENT#<id>`, `FORMER`: what the last audit before the leak says that the application could reach. */
interface FormerRecord {
  audiences: readonly string[];
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
  const grantTypes = await readPreserved<readonly string[]>(table, incident, "grant-types");
  const audited = await auditedAudiences(incident, table, inventories);
  const preserved = await preservedAudiences(incident, table);
  return { grantTypes, grantedAudiences: audited && preserved && [...new Set([...audited, ...preserved])] };
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
async function auditedAudiences(
  incident: Incident,
  table: Table,
  inventories: Pick<Inventories, "before">,
): Promise<readonly string[] | undefined> {
  const key = { partition: incidentPartition(incident.id), sort: "FORMER" };
  const known = await table.get<FormerRecord>(key);
  if (known) return known.value.audiences;
  const audiences = audiencesOf(await inventories.before(incident.leakedSince ?? incident.openedAt), incident.clientId);
  if (audiences) await table.put<FormerRecord>(key, { audiences }, { ifVersion: 0 });
  return audiences;
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
