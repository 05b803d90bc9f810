import type { Incident } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";
import type { IncidentTurn } from "./incident-turn.ts";

/** What telling needs. */
export type TellingParts = Pick<IncidentParts, "table" | "publisher" | "clock" | "settings">;

/**
 * Tells people of a turn, once, however often it is called with the same one. What cannot be sent now is kept, and sent
 * by the next turn of watching: telling holds up nothing.
 *
 * @throws CurfewError `store-failed` when neither sending nor keeping worked
 */
export async function tellIncident(_incident: Incident, _turn: IncidentTurn, _parts: TellingParts): Promise<void> {
  throw new Error("not written yet");
}
