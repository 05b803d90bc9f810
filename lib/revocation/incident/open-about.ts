import { CurfewError } from "../../model/curfew-error.ts";
import type { Table } from "../../store/table.ts";
import { isOpened } from "./how-far.ts";
import { type Incident, lockedSince } from "./incident.ts";
import { listIncidents } from "./incidents.ts";

/** An application of a tenant, by the tenant's name. */
type Application = Pick<Incident, "tenant" | "clientId">;

/**
 * Open incidents about an application, of which access is not given back; the newest first, and no drill.
 *
 * @throws CurfewError `store-failed`
 */
export async function openAbout(table: Table, { tenant, clientId }: Application): Promise<Incident[]> {
  const open: Incident[] = [];
  for await (const incident of listIncidents(table)) {
    const isAbout = incident.tenant === tenant && incident.clientId === clientId && !incident.drill;
    if (isAbout && incident.closedAt === null && !isOpened(incident)) open.push(incident);
  }
  return open;
}

/** The one of open incidents that has locked the application; undefined where none has. */
export const lockingOf = (open: readonly Incident[]): Incident | undefined =>
  open.find((incident) => lockedSince(incident) !== null);

/**
 * Nobody logs in as one of Curfew's own applications that an incident has locked: every try would stand in the tenant's
 * log as a use of what leaked, and Auth0's answer asks for what would undo the lock.
 *
 * @param open what {@link openAbout} says of it
 * @param login in words: `rotator of acme-prod`
 * @throws CurfewError `configuration-invalid`, which names the incident, where one has locked it
 */
export function mustNotBeLocked(open: readonly Incident[], login: string): void {
  const locking = lockingOf(open);
  if (locking) throw lockedBy(locking, login);
}

/** That an incident has locked a login; see {@link mustNotBeLocked}. */
export function lockedBy({ id }: Incident, login: string): CurfewError {
  const message = `The ${login} is locked by the incident ${id}, and nobody logs in with it until it is restored.`;
  return new CurfewError("configuration-invalid", message, { retryable: true });
}
