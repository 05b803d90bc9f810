import type { Incident } from "../incident/incident.ts";
import type { Inventories } from "../investigate/inventories.ts";
import type { IncidentParts } from "../parts.ts";

/**
 * Computes until when what is out still works, with what is known now, records it, and tells people when the leak is
 * contained or not. Issuance counts as stopped since `steps.prove.at`, where every lever but the new credential was
 * pulled before. Of the tenant it reads the APIs, once after the stop.
 */
export async function announceWindow(
  _incident: Incident,
  _parts: IncidentParts,
  _inventories: Pick<Inventories, "before">,
): Promise<Incident> {
  throw new Error("not written yet");
}
