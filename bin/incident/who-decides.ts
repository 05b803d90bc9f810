import { whyOver } from "../../lib/revocation/incident/end-incident.ts";
import { isGivenBack } from "../../lib/revocation/incident/how-far.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { deciding, laterOnes } from "../../lib/revocation/incident/later.ts";
import { closesApplication } from "../../lib/revocation/incident/same-leak.ts";
import type { Table } from "../../lib/store/table.ts";

/** Who decides about the application of an incident that others went on from, in a sentence; null where none did. */
export async function whoDecides(incident: Incident, table: Table): Promise<string | null> {
  const later = await laterOnes(table, incident);
  if (later.length === 0) return null;
  const decider = deciding(later);
  if (decider) return `The incident ${decider.id} goes on from here`;
  const ended = `A person has ended ${later.map(({ id }) => id).join(", ")}, which went on from here`;
  return mayDecide(incident) ? `${ended}: this incident decides again` : `${ended}: ${NOBODY}`;
}

/** Who decides once a person has ended an incident that goes on from others, in a sentence; null where it went on from none. */
export async function whoDecidesAfter({ id, follows = [] }: Incident, table: Table): Promise<string | null> {
  const earlier = await Promise.all(follows.map((one) => readIncident(table, one)));
  for (const one of earlier.filter(mayDecide)) {
    const others = (await laterOnes(table, one)).filter((later) => later.id !== id);
    const { id: decider } = deciding(others) ?? one;
    return `The incident ${decider} decides then, and does in its next turn what is not done: replaces, proves, offers to give access back.`;
  }
  return follows.length === 0 ? null : `Then ${NOBODY}.`;
}

/** Whether it takes something away that it has not given back yet. */
const mayDecide = (incident: Incident): boolean =>
  whyOver(incident) === null && closesApplication(incident) && !isGivenBack(incident);

const NOBODY =
  "nobody decides what the application may have: what was taken away stays so until the leak is reported again";
