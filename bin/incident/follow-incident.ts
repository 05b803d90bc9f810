import type { Instant } from "../../lib/history/history.ts";
import { type Clock, systemClock } from "../../lib/model/clock.ts";
import { nextStep } from "../../lib/revocation/contain/respond-order.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import type { IncidentParts } from "../../lib/revocation/parts.ts";
import type { Terminal } from "../terminal.ts";
import { answerText } from "./answer-text.ts";
import { standingOf } from "./standing.ts";
import { stepTeller } from "./tell-steps.ts";

/** Where an incident is read. */
type Place = Pick<IncidentParts, "table">;

/** Between two looks at the table. Milliseconds. */
const LOOK = 1_000;

/** Whoever waits hears after so long whether it is locked. Milliseconds. */
const FIRST_ANSWER = 20_000;

/** Longer than the steps up to the window take with all their tries. Milliseconds. */
const LONGEST = 3_600_000;

/**
 * Tells how an incident that somebody else works on goes on: within twenty seconds whether it is locked and until when
 * tokens work, then each step, and when nothing more is to be proven the same once more.
 *
 * @returns the incident as it was seen last
 */
export async function followIncident(
  id: string,
  place: Place,
  terminal: Terminal,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<Incident> {
  const tell = stepTeller(terminal);
  const answer = answerer(place, terminal, clock);
  const begun = clock.now();
  let hasAnswered = false;
  for (;;) {
    const incident = await readIncident(place.table, id);
    tell(incident);
    const passed = clock.now() - begun;
    if (isSettled(incident, clock.now()) || passed >= LONGEST) {
      await answer(incident);
      return incident;
    }
    if (!hasAnswered && (incident.steps.lock !== undefined || passed >= FIRST_ANSWER)) {
      await answer(incident);
      hasAnswered = true;
    }
    await clock.sleep(LOOK, signal);
  }
}

/** Gives the answer to whoever started it: with what is recorded or, before that, as far as it can be told. */
export const answerer =
  ({ table }: Place, { out, width }: Terminal, clock: Clock) =>
  async (incident: Incident): Promise<void> => {
    out(answerText(await standingOf(incident, table, clock), width));
  };

/**
 * Whether nothing more is under way that whoever started it waits for: the window comes after the proof, and the proof
 * after everything that can be done.
 */
const isSettled = (incident: Incident, now: Instant): boolean =>
  (incident.window !== null && incident.steps.prove !== undefined && !isBeingDetached(incident, now)) ||
  incident.closedAt !== null;

/** Whether a key that was named to an incident which was open already is still to be detached, or to be proven to be. */
const isBeingDetached = (incident: Incident, now: Instant): boolean =>
  incident.keyNamed !== undefined &&
  (incident.steps["detach-key"] === undefined || nextStep(incident, now, "rotate").step === "prove");
