import { updateRow } from "../../history/update-row.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Key, Table } from "../../store/table.ts";
import { type Incident, type IncidentStep, incidentKey, type StepResult } from "./incident.ts";
import { type IncidentName, incidentId } from "./incident-id.ts";

/** What a person starts an incident with. */
export type IncidentRequest = IncidentName &
  Pick<Incident, "reason" | "openedBy" | "leakedSince" | "token" | "leakedKey">;

/** `INCIDENTS`, `<openedAt>#<id>`: finds all incidents. */
interface IncidentEntry {
  id: string;
}

const INDEX = "INCIDENTS";

const indexKey = ({ openedAt, id }: Pick<Incident, "openedAt" | "id">): Key => ({
  partition: INDEX,
  sort: `${new Date(openedAt).toISOString()}#${id}`,
});

/**
 * Opens an incident, or finds the one that is open under the same name; without a name, the one about the same
 * application that is not closed yet, whatever day it is.
 *
 * Its place in the list is written first: an incident that exists is always found, whoever dies in between. An entry
 * without its incident is none.
 *
 * @throws CurfewError `arguments-invalid` for a name that cannot be one, that another application's incident has, or
 * one that is closed
 */
export async function openIncident(table: Table, request: IncidentRequest): Promise<Incident> {
  const open = request.name === undefined ? await findOpen(table, request) : undefined;
  if (open) return learnKey(table, open, request);
  const base = incidentId(request);
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? base : `${base}-${count}`;
    const incident = await openAs(table, id, request);
    if (incident.closedAt === null && isAbout(incident, request)) return learnKey(table, incident, request);
    if (request.name !== undefined) throw taken(incident);
  }
}

/** The incident of that id: this one, unless there was one already. */
async function openAs(table: Table, id: string, request: IncidentRequest): Promise<Incident> {
  const incident = newIncident(id, request);
  const known = await table.get<Incident>(incidentKey(id));
  if (known) return known.value;
  await table.put<IncidentEntry>(indexKey(incident), { id });
  return (await table.put(incidentKey(id), incident, { ifVersion: 0 })) ? incident : readIncident(table, id);
}

/**
 * An incident of which nothing is known but what it was started with: also for whoever must contain a leak while the
 * table cannot be read.
 */
export function newIncident(id: string, request: Omit<IncidentRequest, "name">): Incident {
  const { tenant, clientId, reason, openedAt, openedBy, leakedSince, drill, token } = request;
  const leakedKey = request.leakedKey === undefined ? {} : { leakedKey: request.leakedKey };
  const facts = { id, tenant, clientId, reason, openedAt, openedBy, leakedSince, drill, token, ...leakedKey };
  return { ...facts, leak: null, steps: {}, window: null, closedAt: null };
}

/** Which key leaked is often known later than that one did. What leaked is then to be classified again. */
const learnKey = async (table: Table, incident: Incident, { leakedKey }: IncidentRequest): Promise<Incident> =>
  leakedKey === undefined || leakedKey === incident.leakedKey
    ? incident
    : changeIncident(table, incident.id, (known) => ({ ...known, leakedKey, leak: null }));

const isAbout = (incident: Incident, { tenant, clientId, drill }: IncidentRequest): boolean =>
  incident.tenant === tenant && incident.clientId === clientId && incident.drill === drill;

async function findOpen(table: Table, request: IncidentRequest): Promise<Incident | undefined> {
  for await (const incident of listIncidents(table)) {
    if (incident.closedAt === null && isAbout(incident, request)) return incident;
  }
  return undefined;
}

const taken = ({ id, clientId, tenant, closedAt }: Incident): CurfewError =>
  new CurfewError(
    "arguments-invalid",
    closedAt === null
      ? `The incident ${id} is about the application ${clientId} of ${tenant}; choose another name.`
      : `The incident ${id} is closed; choose another name.`,
  );

/** All incidents, the newest first. */
export async function* listIncidents(table: Table): AsyncGenerator<Incident> {
  for await (const { key, value } of table.list<IncidentEntry>(INDEX, { prefix: "", descending: true })) {
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

/** The incident with a step's result, unless it has a later one. */
export function withStep(incident: Incident, step: IncidentStep, result: StepResult): Incident {
  const known = incident.steps[step];
  return known && known.at > result.at ? incident : { ...incident, steps: { ...incident.steps, [step]: result } };
}

function existing(id: string, incident: Incident | undefined): Incident {
  if (incident) return incident;
  throw new CurfewError("arguments-invalid", `There is no incident ${id}; npx curfew incidents lists them.`);
}
