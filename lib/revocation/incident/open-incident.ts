import { CurfewError } from "../../model/curfew-error.ts";
import type { Table } from "../../store/table.ts";
import { approvedPlan, readAsked } from "../approvals/asked.ts";
import { namedKeys } from "../leak/named-key.ts";
import { isOpened } from "./how-far.ts";
import { type Incident, incidentKey } from "./incident.ts";
import { type IncidentName, incidentId } from "./incident-id.ts";
import { changeIncident, type IncidentEntry, indexKey, isAboutSame, listIncidents, readIncident } from "./incidents.ts";
import { laterOnes } from "./later.ts";
import { goOnFromOpen } from "./line.ts";
import { closesApplication, isOfNewCredential, isSameLeak } from "./same-leak.ts";
import { addToTimeline } from "./timeline.ts";

/** What a person starts an incident with. */
export type IncidentRequest = IncidentName &
  Pick<Incident, "reason" | "openedBy" | "leakedSince" | "token" | "leakedKey">;

/**
 * Opens an incident, or finds the one that is open under the same name; without a name, the one about the same
 * application that is not closed yet, whatever day it is, as long as it contains what is reported now. Where access was
 * given back since, or something else leaked, another one is opened, and goes on from those that are open.
 *
 * Its place in the list is written first: an incident that exists is always found, whoever dies in between. An entry
 * without its incident is none.
 *
 * @throws CurfewError `arguments-invalid` for a name that cannot be one, that another application's incident has, or
 * one that is over, or about something else that leaked
 */
export async function openIncident(table: Table, request: IncidentRequest): Promise<Incident> {
  const open = await listOpen(table, request);
  for (const incident of request.name === undefined ? open : []) {
    if (await covers(table, incident, request)) return goOn(table, incident, request);
  }
  const base = incidentId(request);
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? base : `${base}-${count}`;
    const incident = await openAs(table, id, request);
    if (await covers(table, incident, request)) return goOn(table, incident, request);
    if (request.name !== undefined) throw taken(incident, request);
  }
}

/** The incident of that id: this one, unless there was one already. */
async function openAs(table: Table, id: string, request: IncidentRequest): Promise<Incident> {
  const known = await table.get<Incident>(incidentKey(id));
  if (known) return known.value;
  const incident = newIncident(id, request);
  const { tenant, clientId, drill } = incident;
  await table.put<IncidentEntry>(indexKey(incident), { id, tenant, clientId, drill });
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

/** Whether an incident is open, and contains what is reported now. What a second person let back in, nothing contains. */
async function covers(table: Table, incident: Incident, request: IncidentRequest): Promise<boolean> {
  if (incident.closedAt !== null || !isAboutSame(incident, request) || !isSameLeak(incident, request)) return false;
  if (isOpened(incident) || incident.ended || isOfNewCredential(incident, request)) return false;
  if ((await laterOnes(table, incident)).length > 0) return false;
  return approvedPlan(await readAsked(table, incident.id, "restore")) === undefined;
}

/** Of two that take away and give back one would undo what the other did: the later one decides. */
async function goOn(table: Table, known: Incident, request: IncidentRequest): Promise<Incident> {
  const incident = await goOnFromOpen(table, known);
  for (const id of closesApplication(incident) ? (incident.follows ?? []) : []) {
    const what = `Opened the incident ${incident.id} about the same application: it decides what is given back.`;
    await addToTimeline(table, id, { at: incident.openedAt, who: incident.openedBy, what, answer: null });
  }
  await noteReport(table, incident, request);
  return learnKey(table, incident, request);
}

/** Who opened it stands in the timeline, and whoever reports it again for another reason, which is not lost by that. */
async function noteReport(table: Table, incident: Incident, request: IncidentRequest): Promise<void> {
  const { id, openedAt: at, openedBy: who } = incident;
  await addToTimeline(table, id, { at, who, what: `Opened the incident: ${incident.reason}`, answer: null });
  if (who === request.openedBy && incident.reason === request.reason) return; // nothing new is said
  const again = { at: request.openedAt, who: request.openedBy, what: `Reported it again: ${request.reason}` };
  await addToTimeline(table, id, { ...again, answer: "It was open already; its first reason stands." });
}

/** Whether somebody's report has found an incident that another report had opened. */
export const joins = (
  { openedAt, openedBy, reason }: Incident,
  request: Pick<IncidentRequest, "openedAt" | "openedBy" | "reason">,
): boolean => openedAt !== request.openedAt || openedBy !== request.openedBy || reason !== request.reason;

/**
 * Which key leaked is often known later than that one did. A credential is then to be classified again, and what was said
 * of no key, or of another one, says nothing of this one. A token stays what it is, whichever key is named: one that closes
 * the application goes on deciding.
 */
async function learnKey(
  table: Table,
  incident: Incident,
  { leakedKey, openedAt: at, openedBy: who }: IncidentRequest,
): Promise<Incident> {
  if (leakedKey === undefined || leakedKey === incident.leakedKey) return incident;
  const what = `Said which key leaked: ${leakedKey}.`;
  await addToTimeline(table, incident.id, { at, who, what, answer: null });
  return changeIncident(table, incident.id, (known) => {
    if (known.leakedKey === leakedKey) return known;
    const { "detach-key": _, ...steps } = known.steps;
    const keyNamed = { at, count: (known.keyNamed?.count ?? 0) + 1 };
    const earlierKeys = namedKeys(known).filter((key) => key !== leakedKey);
    const leak = known.token && known.leak;
    return { ...known, leakedKey, ...(earlierKeys.length > 0 && { earlierKeys }), keyNamed, steps, leak };
  });
}

/** The newest first. */
async function listOpen(table: Table, request: IncidentRequest): Promise<Incident[]> {
  const open: Incident[] = [];
  for await (const incident of listIncidents(table, (entry) => isAboutSame(entry, request))) {
    if (incident.closedAt === null) open.push(incident);
  }
  return open;
}

function taken(incident: Incident, request: IncidentRequest): CurfewError {
  const { id, clientId, tenant, closedAt, ended } = incident;
  const why = ended
    ? "was ended by a person"
    : closedAt !== null
      ? "is closed"
      : !isAboutSame(incident, request)
        ? `is about the application ${clientId} of ${tenant}`
        : !isSameLeak(incident, request)
          ? "is about something else that leaked of this application"
          : isOfNewCredential(incident, request)
            ? "has replaced what leaked, and the new credential may be what is reported"
            : "gives access back, or another one goes on from it";
  return new CurfewError("arguments-invalid", `The incident ${id} ${why}; choose another name.`);
}
