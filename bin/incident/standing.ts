import type { Instant } from "../../lib/history/history.ts";
import type { Clock } from "../../lib/model/clock.ts";
import { whyOver } from "../../lib/revocation/incident/end-incident.ts";
import { isOpened, isSeenOpen, staysLocked } from "../../lib/revocation/incident/how-far.ts";
import { cameToItsEnd, type Incident, isComplete } from "../../lib/revocation/incident/incident.ts";
import { deciding, laterOnes } from "../../lib/revocation/incident/later.ts";
import { guardsOf } from "../../lib/revocation/incident/sharers.ts";
import { windowSoFar } from "../../lib/revocation/window/announce-window.ts";
import type { ExposureWindow } from "../../lib/revocation/window/window.ts";
import type { Table } from "../../lib/store/table.ts";
import { waitingLines } from "./waiting.ts";
import { whoDecides } from "./who-decides.ts";

/** A later incident that has locked what was given back before. */
export interface LockedBy {
  id: string;
  /** Whether that holds. Else nobody here knows: what locked it is over, may have opened it, or does not see it locked. */
  isHeld: boolean;
}

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
  /** The later incident that has locked the application since this one gave it back; null where none has. */
  lockedBy: LockedBy | null;
  /** Of one that stays locked, the incidents that take away again what somebody gives it by hand. */
  guards: readonly string[];
}

/** Looks how an incident stands. Auth0 is not asked. */
export async function standingOf(known: Incident, table: Table, clock: Clock): Promise<Standing> {
  const now = clock.now();
  const later = await laterOnes(table, known);
  const incident = withLock(known, later);
  const isOver = incident.closedAt !== null;
  const window = incident.window ?? (isOver ? null : await windowSoFar(incident, { table, clock }));
  const waiting = await waitingLines(table, incident, now);
  const guards = staysLocked(incident) ? await guardsOf(table, incident) : [];
  const decides = whoDecides(incident, later);
  return { incident, window, now, waiting, decides, lockedBy: lockedBy(incident, later), guards };
}

/** What stays locked is looked at by the incident that decides alone, as long as that is open: its lock is the one. */
function withLock(known: Incident, later: readonly Incident[]): Incident {
  const decider = deciding(later);
  const lock = decider?.closedAt === null ? decider.steps.lock : undefined;
  const isThere = lock !== undefined && lock.outcome !== "not-applicable";
  return isThere && known.closedAt === null && staysLocked(known)
    ? { ...known, steps: { ...known.steps, lock } }
    : known;
}

/** Of those that locked it since it was seen to be open last, one that holds it counts before the others. */
function lockedBy(incident: Incident, later: readonly Incident[]): LockedBy | null {
  const { restored } = incident;
  if (!restored || staysLocked(incident)) return null;
  const locking = later
    .slice(later.findLastIndex(isSeenOpen) + 1)
    .filter(({ steps: { lock } }) => cameToItsEnd(lock) && lock.at > restored.at);
  const holding = locking.findLast(isHolding);
  const last = holding ?? locking.at(-1);
  return last ? { id: last.id, isHeld: holding !== undefined } : null;
}

/** Whether it keeps the application locked, as it saw it last. */
const isHolding = (one: Incident): boolean =>
  whyOver(one) === null && isComplete(one.steps.lock) && (!isOpened(one) || staysLocked(one));
