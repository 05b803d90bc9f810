import type { Key, Table } from "../../store/table.ts";
import { isGivenBack } from "./how-far.ts";
import { type Incident, incidentPartition, keeperOf } from "./incident.ts";
import { changeIncident, isAboutSame, listIncidents, readIncident } from "./incidents.ts";
import { inheritCredential } from "./preserve.ts";
import { closesApplication } from "./same-leak.ts";

/**
 * `INCIDENT#LINE#<tenant>#<client id>`, `LINE` or `DRILL`: the ids of the incidents about an application in the order in
 * which they were reported, from the first one that was open. It is one row, so of two reports at one moment one is first,
 * whatever their clocks say. No incident has an id of this form.
 */
const lineKey = ({ tenant, clientId, drill }: Incident): Key => ({
  partition: incidentPartition(`LINE#${tenant}#${clientId}`),
  sort: drill ? "DRILL" : "LINE",
});

/**
 * Has an incident go on from those about the same application that are open. Each stands behind the last one that was
 * reported, whatever leaked, ended or closed, which names it from then on: such a link is never changed, so none is
 * forgotten, with what it had begun. Whoever finds one that stands nowhere, as somebody died before, puts it there.
 *
 * @returns the incident as it is now
 * @throws CurfewError `store-failed`
 */
export async function goOnFromOpen(table: Table, incident: Incident): Promise<Incident> {
  const line = await standInLine(table, incident);
  const seen: Incident[] = [];
  for (const [index, id] of line.entries()) {
    const one = await linkTo(table, await readIncident(table, id), line.slice(index + 1));
    seen.unshift(await goOnFrom(table, one, seen.filter(isOpen)));
  }
  return seen.find(({ id }) => id === incident.id) ?? incident;
}

const isOpen = ({ closedAt }: Incident): boolean => closedAt === null;

/**
 * The line with this incident. The line is read first, and all about the application for each try to write it: as it was
 * before them, one that was closed and left out meanwhile would look as if it were lost, and would be put behind those that
 * it leads to.
 */
async function standInLine(table: Table, incident: Incident): Promise<readonly string[]> {
  const key = lineKey(incident);
  for (;;) {
    const row = await table.get<readonly string[]>(key);
    const about: Incident[] = [];
    for await (const one of listIncidents(table, (entry) => isAboutSame(entry, incident))) about.unshift(one);
    const line = lineOf(about, row?.value ?? []);
    if (line.join() === row?.value.join() || (await table.put(key, line, { ifVersion: row?.version ?? 0 })))
      return line;
  }
}

/**
 * The line as it is to be: with those that are open and stand nowhere, the first one first. Those at its head that are
 * closed are left out, as no open one leads to them: they stay so.
 */
function lineOf(about: readonly Incident[], known: readonly string[]): readonly string[] {
  const closed = new Set(about.flatMap(({ id, closedAt }) => (closedAt === null ? [] : [id])));
  const first = known.findIndex((id) => !closed.has(id));
  const line = first === -1 ? [] : known.slice(first);
  const chains = about.filter(isOpen).map((one) => chainFrom(one, about));
  const lost = chains.filter((chain) => !chain.some((id) => line.includes(id))).flat();
  return [...line, ...lost.filter((id, index) => lost.lastIndexOf(id) === index)];
}

/** An incident and those that it leads to. Where it stands nowhere, all of them stand behind it: a link back were a circle. */
function chainFrom({ id, followedBy }: Incident, about: readonly Incident[]): string[] {
  const next = about.find((one) => one.id === followedBy);
  return [id, ...(next ? chainFrom(next, about) : [])];
}

/** An incident with the next one behind it, unless it has one: never one that leads to it, as no walk along them would end. */
async function linkTo(table: Table, incident: Incident, behind: readonly string[]): Promise<Incident> {
  if (incident.followedBy !== undefined) return incident;
  for (const next of behind) {
    if (await leadsTo(table, next, incident.id)) continue;
    return changeIncident(table, incident.id, (one) => ({ followedBy: next, ...one }));
  }
  return incident;
}

async function leadsTo(table: Table, from: string, id: string): Promise<boolean> {
  const { followedBy } = await readIncident(table, from);
  return followedBy !== undefined && (followedBy === id || (await leadsTo(table, followedBy, id)));
}

/**
 * An incident as one that goes on from others, the newest first, said once and before its first step. What the application
 * had is kept by the last of them that closes it, for all of them, unless that one has given it back by then: then it is
 * what is there. So it is for one that closes nothing, too: once it is looked at it may be one that does.
 */
async function goOnFrom(table: Table, incident: Incident, open: readonly Incident[]): Promise<Incident> {
  const isSettled = ({ follows, steps }: Incident): boolean => follows !== undefined || Object.keys(steps).length > 0;
  if (open.length === 0 || isSettled(incident)) return incident;
  const all = new Set(open.flatMap((earlier) => [earlier.id, ...(earlier.follows ?? [])]));
  const follows = [...all].filter((id) => id !== incident.id);
  const former = open.find(closesApplication);
  const keeper = former && !isGivenBack(former) ? former : undefined;
  if (keeper) await inheritCredential(table, keeper, incident);
  const kept = keeper ? { keptBy: keeperOf(keeper) } : {};
  return changeIncident(table, incident.id, (known) => (isSettled(known) ? known : { ...known, follows, ...kept }));
}
