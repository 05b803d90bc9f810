import { updateRow } from "../../history/update-row.ts";
import type { Clock } from "../../model/clock.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Key, Table } from "../../store/table.ts";
import { type Incident, type IncidentStep, incidentKey, type StepResult } from "./incident.ts";

/** `INCIDENTS`, `<openedAt>#<id>`: finds all incidents, and those about an application without reading the others. */
export type IncidentEntry = Pick<Incident, "id" | "tenant" | "clientId" | "drill">;

const INDEX = "INCIDENTS";

export const indexKey = ({ openedAt, id }: Pick<Incident, "openedAt" | "id">): Key => ({
  partition: INDEX,
  sort: `${new Date(openedAt).toISOString()}#${id}`,
});

/** Whether two are about the same application, both in an emergency or both in a drill. */
export const isAboutSame = (one: Omit<IncidentEntry, "id">, other: Omit<IncidentEntry, "id">): boolean =>
  one.tenant === other.tenant && one.clientId === other.clientId && one.drill === other.drill;

/** All incidents, or those that are wanted, the newest first. Only these are read. */
export async function* listIncidents(
  table: Table,
  isWanted: (entry: IncidentEntry) => boolean = () => true,
): AsyncGenerator<Incident> {
  for await (const { key, value } of table.list<IncidentEntry>(INDEX, { prefix: "", descending: true })) {
    if (!isWanted(value)) continue;
    const incident = (await table.get<Incident>(incidentKey(value.id)))?.value;
    // Who died between the two writes left an entry of another moment.
    if (incident && indexKey(incident).sort === key.sort) yield incident;
  }
}

/** @throws CurfewError `arguments-invalid` when there is none */
export async function readIncident(table: Table, id: string): Promise<Incident> {
  return existing(id, (await table.get<Incident>(incidentKey(id)))?.value);
}

/**
 * Changes what is known of an incident so that nobody's change is lost: `change` is applied again to what somebody else
 * wrote meanwhile. Nothing is written where nothing changes.
 *
 * @returns the incident as it is now
 * @throws CurfewError `arguments-invalid` when there is none
 */
export async function changeIncident(
  table: Table,
  id: string,
  change: (incident: Incident) => Incident,
): Promise<Incident> {
  const key = incidentKey(id);
  const known = await table.get<Incident>(key);
  return (await updateRow<Incident>(table, key, known, (incident) => change(existing(id, incident)))).value;
}

/** Records how far a step came. Steps run again, and beside each other: the later result holds, whoever writes last. */
export const recordStep = (table: Table, id: string, step: IncidentStep, result: StepResult): Promise<Incident> =>
  changeIncident(table, id, (incident) => withStep(incident, step, result));

/** Notes that what leaked is replaced, once, before that can be seen anywhere: what leaks from then on may be the new credential. */
export const noteReplaced = (
  incident: Incident,
  { table, clock }: { table: Table; clock: Pick<Clock, "now"> },
): Promise<Incident> => {
  const replacedAt = Math.round(clock.now());
  return changeIncident(table, incident.id, (known) => ({ replacedAt, ...known }));
};

/** The incident with a step's result, unless it has a later one. */
export function withStep(incident: Incident, step: IncidentStep, result: StepResult): Incident {
  const known = incident.steps[step];
  return known && known.at > result.at ? incident : { ...incident, steps: { ...incident.steps, [step]: result } };
}

function existing(id: string, incident: Incident | undefined): Incident {
  if (incident) return incident;
  throw new CurfewError(
    "arguments-invalid",
    `There is no incident ${id}; npx curfew incidents lists them, and those of this folder with --local.`,
  );
}
