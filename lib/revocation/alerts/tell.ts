import type { Alert } from "../../alerts/alert.ts";
import { deliverAlerts } from "../../alerts/deliver.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";
import { incidentAlert } from "./incident-alerts.ts";
import type { IncidentTurn } from "./incident-turn.ts";

/** What telling needs. */
export type TellingParts = Pick<IncidentParts, "table" | "publisher" | "clock" | "settings">;

/** `INCIDENT#<id>`, `UNTOLD#<alert id>`: an alert that could not be sent yet. */
const PREFIX = "UNTOLD#";

/**
 * Tells people of a turn, once, however often it is called with the same one. What cannot be sent now is kept, and sent
 * by the next turn of watching: telling holds up nothing.
 *
 * @throws CurfewError `store-failed` when neither sending nor keeping worked
 */
export async function tellIncident(incident: Incident, turn: IncidentTurn, parts: TellingParts): Promise<void> {
  const alert = incidentAlert(incident, parts.settings, turn);
  if (await isSent(alert, parts)) return;
  await parts.table.put<Alert>(untoldKey(incident.id, alert.id), alert);
}

/**
 * Sends what could not be sent when it was to be told.
 *
 * @returns how much still cannot be
 */
export async function tellUntold(incident: Incident, parts: TellingParts): Promise<number> {
  let left = 0;
  for await (const { key, value } of parts.table.list<Alert>(incidentPartition(incident.id), { prefix: PREFIX })) {
    if (await isSent(value, parts)) await parts.table.remove(key);
    else left += 1;
  }
  return left;
}

const untoldKey = (incident: string, alert: string) => ({
  partition: incidentPartition(incident),
  sort: `${PREFIX}${alert}`,
});

async function isSent(alert: Alert, { publisher, table, clock }: TellingParts): Promise<boolean> {
  const { failed } = await deliverAlerts([alert], publisher, table, clock);
  return failed.length === 0;
}
