import { CurfewError } from "../../model/curfew-error.ts";
import type { Key, Table } from "../../store/table.ts";
import { FOR_ITSELF } from "../contain/known-client.ts";
import { isOpened, staysLocked } from "../incident/how-far.ts";
import { type Incident, incidentPartition, isComplete } from "../incident/incident.ts";
import { laterThatDecides } from "../incident/later.ts";
import type { IncidentParts } from "../parts.ts";
import type { RegisteredClientKey, RevokedClient } from "../ports.ts";
import type { IncidentBundle } from "./bundle.ts";

/** The application as it is when the evidence is made. */
export type PresentClient =
  | { status: "read"; client: RevokedClient | undefined; keys: readonly RegisteredClientKey[] }
  | {
      status: "unread";
      /** In a sentence. */
      why: string;
    };

/** `INCIDENT#<id>`, `PRESENT`: the application as it was seen last before the evidence is made. */
const presentKey = (incident: string): Key => ({ partition: incidentPartition(incident), sort: "PRESENT" });

/** Reads the application and its keys; that it cannot be read is said in the evidence. */
export async function readPresentClient({ tenant }: Pick<IncidentParts, "tenant">): Promise<PresentClient> {
  try {
    const client = await tenant.client();
    return { status: "read", client, keys: client ? await tenant.keys() : [] };
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
    return { status: "unread", why: error.message };
  }
}

/**
 * Keeps how the application stands now, for the evidence: who makes that has no login that may see it.
 *
 * @throws CurfewError `store-failed`, `interrupted`
 */
export async function keepPresentClient(
  { id }: Incident,
  parts: Pick<IncidentParts, "tenant" | "table">,
): Promise<void> {
  await parts.table.put<PresentClient>(presentKey(id), await readPresentClient(parts));
}

/** As it was kept last. */
export const keptPresentClient = async (table: Table, incident: string): Promise<PresentClient> =>
  (await table.get<PresentClient>(presentKey(incident)))?.value ?? NOT_SEEN;

const NOT_SEEN: PresentClient = { status: "unread", why: "Nobody looked at the application in the end." };

/** Whether the lock holds: after the watch the incident may go on for some hours, or until people have heard of it. */
export async function lockAtLast(
  incident: Incident,
  present: PresentClient,
  table: Table,
): Promise<IncidentBundle["lockAtLast"]> {
  const { drill, leak, steps } = incident;
  if (drill || !leak?.levers.includes("lock") || !isComplete(steps.lock)) return null;
  if ((isOpened(incident) && !staysLocked(incident)) || (await laterThatDecides(table, incident))) return null;
  if (present.status === "unread") return "not seen";
  if (!present.client) return "holds";
  const { grantTypes } = present.client;
  if (grantTypes === undefined) return "not seen";
  return grantTypes.includes(FOR_ITSELF) ? "open" : "holds";
}
