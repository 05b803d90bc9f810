import type { Alert } from "../../alerts/alert.ts";
import type { Incident } from "../incident/incident.ts";
import type { IncidentTurn } from "./incident-turn.ts";

/** What everybody hears about a turn of an incident. The same turn is the same alert. */
export function incidentAlert(_incident: Incident, _owner: string | null, _turn: IncidentTurn): Alert {
  throw new Error("not written yet");
}
