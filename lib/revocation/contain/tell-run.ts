import { beforeMoment } from "../../rotation/bounded-parts.ts";
import { incidentAlert } from "../alerts/incident-alerts.ts";
import type { IncidentTurn } from "../alerts/incident-turn.ts";
import { tellIncident } from "../alerts/tell.ts";
import type { IncidentParts } from "../parts.ts";
import type { StepRun } from "./step-run.ts";
import { type Tried, tried } from "./tried.ts";

/** For telling people, beside which nothing waits. Milliseconds. */
const TELLING = 5_000;

/** Once, as far as the table says what was told; where it does not, at least once. */
export async function tell(run: Pick<StepRun, "incident" | "parts">, turn: IncidentTurn): Promise<Tried<void>> {
  const { incident, parts } = run;
  const told = await withinPatience(parts, () => tellIncident(incident, turn, parts));
  return "error" in told ? publish(run, turn) : told;
}

export const publish = (
  { incident, parts }: Pick<StepRun, "incident" | "parts">,
  turn: IncidentTurn,
): Promise<Tried<void>> =>
  withinPatience(parts, () => parts.publisher.publish(incidentAlert(incident, parts.settings, turn)));

const withinPatience = ({ clock }: IncidentParts, call: () => Promise<void>): Promise<Tried<void>> =>
  tried(() => beforeMoment(clock, clock.now() + TELLING, call));

/**
 * Tells people what could not be stored, before it is taken away.
 *
 * @returns false when that did not work either
 */
export async function tellUnstored(run: StepRun, lines: readonly string[]): Promise<boolean> {
  for (let first = 0; first < lines.length; first += LINES_OF_ALERT) {
    const told = lines.slice(first, first + LINES_OF_ALERT);
    const turn: IncidentTurn = { turn: "not-stored", at: run.parts.clock.now(), told };
    const sent = await publish(run, turn);
    // What cannot be sent may at least be kept, to be sent later.
    if ("error" in sent && "error" in (await tell(run, turn))) return false;
    for (const line of told) run.told.add(line);
  }
  return true;
}

/** An alert leaves out what is more than fifty lines; of these none may be left out. */
const LINES_OF_ALERT = 50;
