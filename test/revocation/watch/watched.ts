import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { watchTurn } from "../../../lib/revocation/watch/watch.ts";
import {
  incidentOf,
  MINUTE,
  putIncident,
  type TestParts,
  type TestTenant,
  THREE_AM,
  testParts,
  testTenant,
} from "../support.ts";

/** What a watch is about, and what it has told. */
interface Watched extends TestParts {
  tenant: TestTenant;
  incident: Incident;
  turn(): Promise<Incident>;
  /** The incident as it is recorded. */
  now(): Promise<Incident>;
  titles(): string[];
}

/** An incident that is contained and watched from the first event of the log on. */
export async function watched(changes: Partial<Incident> = {}): Promise<Watched> {
  const tenant = testTenant();
  const all = testParts(tenant);
  const incident = incidentOf(changes);
  await putIncident(all.table, incident);
  await preserve(all.table, incident, "log-position", { event: null });
  const now = (): Promise<Incident> => readIncident(all.table, incident.id);
  const turn = async (): Promise<Incident> => all.clock.run(watchTurn(await now(), all.parts));
  return { ...all, tenant, incident, now, turn, titles: () => all.heard.map(({ title }) => title) };
}

/** When what comes after containment happens. */
export const LATER = THREE_AM + 6 * MINUTE;
