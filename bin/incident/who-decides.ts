import { whyOver } from "../../lib/revocation/incident/end-incident.ts";
import { isGivenBack, staysLocked } from "../../lib/revocation/incident/how-far.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { deciding, laterOnes } from "../../lib/revocation/incident/later.ts";
import { closesApplication } from "../../lib/revocation/incident/same-leak.ts";
import type { Table } from "../../lib/store/table.ts";
import { followCommand } from "./incident-text.ts";

/** Who decides about the application of an incident that later ones went on from, in a sentence; null where none did. */
export function whoDecides(incident: Incident, later: readonly Incident[]): string | null {
  if (later.length === 0) return null;
  const decider = deciding(later);
  if (decider?.closedAt === null) return `The incident ${decider.id} goes on from here`;
  const ids = later.flatMap(({ id, ended }) => (ended ? [id] : [])).join(", ");
  const ended = `A person has ended ${ids}, which went on from here`;
  if (!decider && mayDecide(incident)) return `${ended}: this incident decides again`;
  const over = decider && `The incident ${decider.id} went on from here and came to its end`;
  return `${[over, ids && ended].filter(Boolean).join(". ")}: ${nobody([incident, ...later])}`;
}

/** Who decides where others went on from an incident, and where it is seen how that goes on. */
export async function howItGoesOn(id: string, table: Table): Promise<string> {
  const { one, later } = await withLater(id, table);
  const who = whoDecides(one, later);
  const decider = deciding(later);
  const shown = decider?.closedAt === null ? decider.id : id;
  return `${who === null ? "" : `${who}. `}How it goes on: ${followCommand(shown)}`;
}

/**
 * Who decides once a person has ended an incident that goes on from others, in a sentence; null where it decides for none
 * of them, as one about a user's token, or where another one went on from it: then that stays so.
 *
 * @param isLocal whether it is answered from this machine: then nothing runs by itself, and nobody is asked
 */
export async function whoDecidesAfter(incident: Incident, table: Table, isLocal: boolean): Promise<string | null> {
  const { id, follows = [], drill } = incident;
  const earlier = await Promise.all(follows.map((one) => withLater(one, table)));
  if (!earlier.some(({ later }) => isDecider(id, later))) return null;
  const then = earlier.map(({ one, later }) => deciding(later.filter((other) => other.id !== id)) ?? one);
  const decider = then.find(mayDecide)?.id;
  if (decider === undefined) return `Then ${nobody([incident, ...earlier.map(({ one }) => one)])}.`;
  return drill ? `In an emergency the incident ${decider} would decide then.` : goesOn(decider, isLocal);
}

async function withLater(id: string, table: Table): Promise<{ one: Incident; later: readonly Incident[] }> {
  const one = await readIncident(table, id);
  return { one, later: await laterOnes(table, one) };
}

/** Whether an incident decides among those that went on from another one, or did until a person ended it. */
const isDecider = (id: string, later: readonly Incident[]): boolean =>
  later.findLast((one) => one.id === id || !one.ended)?.id === id;

const goesOn = (id: string, isLocal: boolean): string =>
  isLocal
    ? `The incident ${id} decides then: npx curfew revoke --local --resume ${id} goes on with it; what is given back you do by hand.`
    : `The incident ${id} decides then: it replaces and proves with its next turn of watching, and asks within a day whether access is given back.`;

/** Whether it takes something away that it has not given back yet. */
const mayDecide = (incident: Incident): boolean =>
  whyOver(incident) === null && closesApplication(incident) && !isGivenBack(incident);

/** That none of them decides any more, and what that means. */
function nobody(all: readonly Incident[]): string {
  if (all.some(({ drill }) => drill)) return "nothing is left to decide: in a drill nothing was taken away";
  if (!isAllBack(all)) return AWAY;
  const what = all.some(staysLocked)
    ? "what was approved was given back, without a grant type"
    : "access was given back";
  return `nothing is left to decide: ${what}, and that stays so`;
}

/** Whether one of them gave all of it back after the last one was reported, which takes away again what it finds. */
const isAllBack = (all: readonly Incident[]): boolean =>
  all.some((one) => isGivenBack(one) && all.every(({ openedAt }) => openedAt <= (one.restored?.at ?? 0)));

const AWAY =
  "nobody decides what the application may have: what was taken away stays so until the leak is reported again";
