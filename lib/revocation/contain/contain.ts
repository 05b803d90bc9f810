import type { Incident } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";

export async function contain(_incident: Incident, _parts: IncidentParts): Promise<Incident> {
  throw new Error("unwritten");
}
