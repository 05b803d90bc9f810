import type { Instant } from "../../history/history.ts";
import type { Incident } from "../incident/incident.ts";
import type { RespondParts } from "./respond.ts";
import type { Way } from "./way.ts";

/** Something that waits for a second person. */
export interface Question {
  /** What would be done, and whether somebody agreed to exactly that: `ask`, `act`, `again` later, or `on`. */
  plan(incident: Incident, parts: RespondParts): Promise<Way>;
  /**
   * Asks.
   *
   * @param taskToken completes the task that waits for the answer
   * @param until when that task gives up
   */
  ask(incident: Incident, parts: RespondParts, asked: { taskToken: string; until: Instant }): Promise<void>;
  /** Does what somebody agreed to: `again` when it is not done, else `on`. */
  act(incident: Incident, parts: RespondParts): Promise<Way>;
  /** Until when something may come of it; null where nothing may any more. Somebody watches until then. */
  lastsUntil(incident: Incident, parts: Pick<RespondParts, "table">): Promise<Instant | null>;
}
