import type { Table } from "../../store/table.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import type { NewGrant } from "../ports.ts";

/** What a second person approved to give back: taking that away again would be undoing a decision. */
export interface GivenBack {
  grantTypes: readonly string[];
  grants: readonly Pick<NewGrant, "audience" | "subjectType">[];
  /** Whether the network is open again. */
  networkAcl: boolean;
}

/** @returns undefined while nothing was approved; nothing is asked before there is a proof */
export async function readGivenBack(incident: Incident, table: Table): Promise<GivenBack | undefined> {
  if (incident.steps.prove === undefined) return undefined;
  const row = await table.get<GivenBack>({ partition: incidentPartition(incident.id), sort: "ASKED#restore" });
  return row?.value;
}
