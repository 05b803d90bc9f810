import type { Seconds } from "../../model/duration.ts";
import type { Incident } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";

/**
 * One turn of watching: reads on in the tenant's log, tells of every use of what leaked, announces the window anew
 * where it is another one, and tells what could not be told. It looks at nothing that was put back: `putBack` does,
 * before it, in the same turn.
 */
export async function watchTurn(_incident: Incident, _parts: IncidentParts): Promise<Incident> {
  throw new Error("not written yet");
}

/** How long to wait until the next turn; null when there is nothing to watch any more. */
export async function nextWatch(
  _incident: Incident,
  _parts: Pick<IncidentParts, "table" | "clock">,
): Promise<Seconds | null> {
  throw new Error("not written yet");
}
