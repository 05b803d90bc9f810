import type { Instant } from "../../history/history.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Table } from "../../store/table.ts";
import { isOpened, isSeenOpen, staysLocked } from "./how-far.ts";
import { cameToItsEnd, type Incident, keeperOf, lockedSince } from "./incident.ts";
import { type IncidentEntry, listIncidents } from "./incidents.ts";

/** An application of a tenant, by the tenant's name. */
type Application = Pick<Incident, "tenant" | "clientId">;

/**
 * All incidents about an application, closed ones too; the newest first, and no drill.
 *
 * @throws CurfewError `store-failed`
 */
export async function allAbout(table: Table, { tenant, clientId }: Application): Promise<Incident[]> {
  const about: Incident[] = [];
  const isAbout = (entry: IncidentEntry): boolean =>
    entry.tenant === tenant && entry.clientId === clientId && !entry.drill;
  for await (const incident of listIncidents(table, isAbout)) about.push(incident);
  return about;
}

/** Those of them that are open, and that may not have opened the lock: what stays locked is among them. */
export const openOf = (about: readonly Incident[]): Incident[] =>
  about.filter((incident) => incident.closedAt === null && (!isOpened(incident) || staysLocked(incident)));

/**
 * Whether one of the incidents about an application may have left it locked, closed ones too: it locked it, and none of
 * those that keep together what it had gave that back since. Nobody knows: a person may have opened it in the dashboard
 * since, and where it is about to be opened that may have been refused. One that is opened after a lock that was left
 * finds nothing to give back, so that it gave all of it back says nothing of that lock.
 *
 * @param about what {@link allAbout} says of it
 */
export const mayBeLocked = (about: readonly Incident[]): boolean =>
  about.some((incident) => {
    const { lock } = incident.steps;
    return cameToItsEnd(lock) && !about.some((other) => isSeenOpen(other) && givesBack(other, incident, lock.at));
  });

const givesBack = (other: Incident, incident: Incident, lockedAt: Instant): boolean =>
  other.id === incident.id ||
  (keeperOf(other) === keeperOf(incident) && other.restored !== undefined && other.restored.at >= lockedAt);

/** The one of open incidents that has locked the application; undefined where none has. */
export const lockingOf = (open: readonly Incident[]): Incident | undefined =>
  open.find((incident) => lockedSince(incident) !== null);

/**
 * Nobody logs in as one of Curfew's own applications that an incident has locked: every try would stand in the tenant's
 * log as a use of what leaked, and Auth0's answer asks for what would undo the lock.
 *
 * @param open what {@link openOf} says of it
 * @param login in words: `rotator of acme-prod`
 * @throws CurfewError `configuration-invalid`, which names the incident, where one has locked it
 */
export function mustNotBeLocked(open: readonly Incident[], login: string): void {
  const locking = lockingOf(open);
  if (locking) throw lockedBy(locking, login);
}

/** That an incident has locked a login; see {@link mustNotBeLocked}. */
export function lockedBy({ id }: Incident, login: string): CurfewError {
  const message = `The ${login} is locked by the incident ${id}, and nobody logs in with it until it is restored or that incident is over.`;
  const detail = `the ${login} is locked by the incident ${id}`;
  return new CurfewError("configuration-invalid", message, { retryable: true, detail });
}
