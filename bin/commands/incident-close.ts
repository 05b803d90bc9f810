import { incidentDesk } from "../../lib/aws/incident-desk.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { endIncident } from "../../lib/revocation/incident/end-incident.ts";
import { isBegun, isGivenBack, staysLocked } from "../../lib/revocation/incident/how-far.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { incidentPlace, mustHaveIncidents, namedDesk, type PlaceOptions } from "../incident/incident-place.ts";
import { mustBeReason } from "../incident/incident-request.ts";
import { incidentText } from "../incident/incident-text.ts";
import { standingOf } from "../incident/standing.ts";
import { whoDecidesAfter } from "../incident/who-decides.ts";
import { personAgrees } from "../person-agrees.ts";
import { personName } from "../person-name.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew incidents close`. */
export interface CloseOptions extends PlaceOptions {
  reason: string;
  /** Do not ask. */
  yes: boolean;
}

/** Ends an incident that would go on, after showing how it stands. */
export async function runIncidentClose(
  id: string,
  options: CloseOptions,
  terminal: Terminal,
  invocation: Invocation,
): Promise<void> {
  mustBeReason(options.reason);
  using place = await incidentPlace(options, invocation.signal);
  const table = mustHaveIncidents(place.table);
  const incident = await readIncident(table, id);
  const standing = await standingOf(incident, table, systemClock);
  const { ended, closedAt } = incident;
  const text = incidentText(standing, terminal.width);
  if (closedAt !== null) throw new CurfewError("arguments-invalid", `The incident ${id} is closed already.`);
  if (ended)
    terminal.err(`${text}\n\n`); // asked again all the same: where the machine died, that starts it
  else {
    const means = [
      endingMeans(incident, standing.guards),
      (await whoDecidesAfter(incident, table, options.local)) ?? [],
    ]
      .flat()
      .join(" ");
    terminal.err(`${text}\n\n${wrapped(means, terminal.width)}\n`);
    const question = { question: "End it?", otherwise: "end it", yes: options.yes };
    if (!(await personAgrees(question, terminal, invocation))) return;
  }
  const isEnded = ended ? "It was ended already, and the first reason stands." : "Ended.";
  if (options.local) {
    await endIncident(table, id, { at: Math.floor(systemClock.now()), by: personName(), reason: options.reason });
    terminal.out(`${isEnded} npx curfew revoke --local --resume ${id} keeps its evidence; name the same --config.\n`);
    return;
  }
  await incidentDesk(namedDesk(options), invocation.signal).close(id, options.reason);
  terminal.out(`${isEnded} It is closed with its evidence by the next turn of watching, after a day at the latest.\n`);
}

/**
 * What ending an incident changes, and what it does not, in whole sentences.
 *
 * @param guards of one that stays locked, the incidents that take away again what somebody gives it by hand
 */
export function endingMeans(incident: Incident, guards: readonly string[]): string {
  if (incident.drill) return "Ending it: the drill goes no further. Nothing was taken away.";
  const unwatched = "Ending it: nobody watches any more, what is put back stays";
  const others = guards.filter((id) => id !== incident.id).join(" and ");
  if (isGivenBack(incident) && others !== "")
    return `Ending it: what was given back stays, and so does the lock: ${others} still takes away what is put back.`;
  if (isGivenBack(incident) && staysLocked(incident))
    return `${unwatched}, and so does what was given back. No grant type was among it: it gets no tokens for itself until a person allows it.`;
  if (isGivenBack(incident)) return `${unwatched}, and so does what was given back.`;
  if (isBegun(incident)) return `${unwatched}, and giving access back stops where it is; ${ACL_GOES}`;
  return `${unwatched}, nothing is given back. What was taken away stays so; ${ACL_GOES}`;
}

const ACL_GOES = "a network ACL that it made goes.";
