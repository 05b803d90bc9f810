import type { Incident } from "./incident/incident.ts";
import type { IncidentParts } from "./parts.ts";

/**
 * Closes an incident whose window is over: keeps the evidence, and tells people. While the window is open it records
 * `incomplete` with what it waits for. A drill can be closed at any time.
 */
export async function closeIncident(_incident: Incident, _parts: IncidentParts): Promise<Incident> {
  throw new Error("not written yet");
}
