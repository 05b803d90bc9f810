import { updateRow } from "../../history/update-row.ts";
import type { Key, Table } from "../../store/table.ts";
import { isGivenBack } from "./how-far.ts";
import { type Incident, incidentPartition, keeperOf } from "./incident.ts";
import { changeIncident, indexKey, isAboutSame, listIncidents, readIncident } from "./incidents.ts";
import { inheritCredential } from "./preserve.ts";
import { closesApplication } from "./same-leak.ts";

/**
 * `INCIDENT#LINE#<tenant>#<client id>`, `LINE` or `DRILL`: the ids of the incidents that closed an application since one
 * of them was open, in the order in which each of them goes on from the one before it. It is one row, so of two reports
 * at one moment one is first, whatever their clocks say. No incident has an id of this form.
 */
const lineKey = ({ tenant, clientId, drill }: Incident): Key => ({
  partition: incidentPartition(`LINE#${tenant}#${clientId}`),
  sort: drill ? "DRILL" : "LINE",
});

/**
 * Has an incident go on from those about the same application that are open. One that closes the application stands
 * behind the last that did, ended or closed, which names it from then on: such a link is never changed, so none is
 * forgotten, with what it had begun. Whoever finds one that stands nowhere, as somebody died before, puts it there.
 *
 * @returns the incident as it is now
 * @throws CurfewError `store-failed`
 */
export async function goOnFromOpen(table: Table, incident: Incident): Promise<Incident> {
  const about: Incident[] = [];
  for await (const one of listIncidents(table, (entry) => isAboutSame(entry, incident))) about.push(one);
  const line = closesApplication(incident) ? await standInLine(table, incident, about) : [];
  const open = about.filter(({ id, closedAt }) => closedAt === null && !line.includes(id));
  const seen: Incident[] = [];
  for (const [index, id] of line.entries()) {
    const one = await linkTo(table, await readIncident(table, id), line[index + 1]);
    seen.unshift(await goOnFrom(table, one, [...seen.filter(isOpen), ...open.filter(isBefore(one))]));
  }
  const known = seen.find(({ id }) => id === incident.id);
  if (!known) return goOnFrom(table, incident, open.filter(isBefore(incident)));
  for (const { id } of open.filter(isBefore(known))) {
    await changeIncident(table, id, (one) =>
      one.followedBy === undefined && !closesApplication(one) ? { ...one, followedBy: known.id } : one,
    );
  }
  return known;
}

const isOpen = ({ closedAt }: Incident): boolean => closedAt === null;

/** Whether another one was reported before, by the clocks: enough where neither takes anything away that the other did. */
const isBefore =
  (incident: Incident) =>
  (other: Incident): boolean =>
    indexKey(other).sort < indexKey(incident).sort;

/** The line with this incident. Where all that stand in it are closed another one begins: closed ones stay so. */
async function standInLine(table: Table, incident: Incident, about: readonly Incident[]): Promise<readonly string[]> {
  const closed = new Set(about.flatMap(({ id, closedAt }) => (closedAt === null ? [] : [id])));
  const lost = about.filter((one) => isOpen(one) && isNowhere(one)).map(({ id }) => id);
  const behind = (line: readonly string[] = []): readonly string[] => {
    if (line.includes(incident.id) || !isNowhere(incident)) return line;
    return [...new Set([...(line.every((id) => closed.has(id)) ? [] : line), ...lost.toReversed(), incident.id])];
  };
  const key = lineKey(incident);
  return (await updateRow<readonly string[]>(table, key, await table.get(key), behind)).value;
}

/** Whether it is to stand in the line, as far as it says itself: behind one that is named already, it would be a circle. */
const isNowhere = (one: Incident): boolean => closesApplication(one) && one.followedBy === undefined;

const linkTo = async (table: Table, incident: Incident, next: string | undefined): Promise<Incident> =>
  next === undefined || incident.followedBy !== undefined
    ? incident
    : changeIncident(table, incident.id, (one) => ({ followedBy: next, ...one }));

/**
 * An incident as one that goes on from others, the newest first, said once and before its first step. What the application
 * had is kept by the last of them that closes it, for all of them, unless that one has given it back by then: then it is
 * what is there.
 */
async function goOnFrom(table: Table, incident: Incident, open: readonly Incident[]): Promise<Incident> {
  const isSettled = ({ follows, steps }: Incident): boolean => follows !== undefined || Object.keys(steps).length > 0;
  if (open.length === 0 || isSettled(incident)) return incident;
  const all = new Set(open.flatMap((earlier) => [earlier.id, ...(earlier.follows ?? [])]));
  const follows = [...all].filter((id) => id !== incident.id);
  const former = closesApplication(incident) ? open.find(closesApplication) : undefined;
  const keeper = former && !isGivenBack(former) ? former : undefined;
  if (keeper) await inheritCredential(table, keeper, incident);
  const kept = keeper ? { keptBy: keeperOf(keeper) } : {};
  return changeIncident(table, incident.id, (known) => (isSettled(known) ? known : { ...known, follows, ...kept }));
}
