import type { IncidentParts } from "../parts.ts";
import type { Incident } from "./incident.ts";
import { changeIncident } from "./incidents.ts";

/** Notes that what leaked is to be replaced and proven dead once more: whoever is asked may die before recording anything. */
export function noteAskedAgain(
  { id }: Pick<Incident, "id">,
  { table, clock }: Pick<IncidentParts, "table" | "clock">,
): Promise<Incident> {
  const at = clock.now();
  return changeIncident(table, id, (known) =>
    (known.askedAgain?.at ?? 0) < at ? { ...known, askedAgain: { at } } : known,
  );
}

/**
 * Notes that this came to its end, whatever came of it.
 *
 * @param incident as it was when the proof, which comes last, began: what was asked for since is another time
 * @returns the incident as it is now; undefined where nobody had asked
 */
export async function noteTriedAgain(
  { id, askedAgain }: Incident,
  { table }: Pick<IncidentParts, "table">,
): Promise<Incident | undefined> {
  if (!askedAgain || askedAgain.isOver) return undefined;
  return changeIncident(table, id, (known) =>
    known.askedAgain?.at === askedAgain.at ? { ...known, askedAgain: { ...askedAgain, isOver: true } } : known,
  );
}
