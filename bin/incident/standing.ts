import type { Instant } from "../../lib/history/history.ts";
import type { Clock } from "../../lib/model/clock.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { windowSoFar } from "../../lib/revocation/window/announce-window.ts";
import type { ExposureWindow } from "../../lib/revocation/window/window.ts";
import type { Table } from "../../lib/store/table.ts";
import { waitingLines } from "./waiting.ts";
import { whoDecides } from "./who-decides.ts";

/** How an incident stands at a moment. */
export interface Standing {
  incident: Incident;
  /** As it is recorded or, while it is not, the bound that follows from what is known; null of one that is over without. */
  window: ExposureWindow | null;
  now: Instant;
  /** What waits for a second person, one thing a line. */
  waiting: readonly string[];
  /** Who decides where other incidents went on from it; null where none did. */
  decides: string | null;
}

/** Looks how an incident stands. Auth0 is not asked. */
export async function standingOf(incident: Incident, table: Table, clock: Clock): Promise<Standing> {
  const now = clock.now();
  const isOver = incident.closedAt !== null;
  const window = incident.window ?? (isOver ? null : await windowSoFar(incident, { table, clock }));
  const waiting = await waitingLines(table, incident, now);
  return { incident, window, now, waiting, decides: await whoDecides(incident, table) };
}
