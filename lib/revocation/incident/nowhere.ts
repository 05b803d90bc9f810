import type { Instant } from "../../history/history.ts";
import type { Incident } from "./incident.ts";

/**
 * Since when it is known that there is no such application: its id was mistyped, or it was deleted before anybody
 * looked. Nothing is given out for it; if it was deleted, tokens may be out. Null for every other incident.
 */
export const nowhereSince = ({ leak, steps: { lock } }: Pick<Incident, "leak" | "steps">): Instant | null =>
  lock?.outcome === "not-applicable" && leak?.levers.includes("lock") === true ? lock.at : null;
